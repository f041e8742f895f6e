using System.Text.Json;
using Bloomery.Engine.Grammars;
using Bloomery.Engine.Grammars.Masks;
using Bloomery.Engine.Sampling.Steps;
using Bloomery.Formats;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Engine.Generation;

/// <summary>What <see cref="GenerationOptions.JsonSchema"/> and <see cref="GenerationOptions.Regex"/> ask for, compiled for one text.</summary>
internal static class TextConstraint
{
    private const int DeepestJson = 1024;

    /// <summary>The mask for one text; null where the options ask for none.</summary>
    /// <exception cref="ArgumentException">The constraint is malformed, cannot be enforced, or contradicts another option.</exception>
    public static GrammarMask? Of(GenerationOptions options, Tokenizer? tokenizer, IReadOnlyList<int> endIds)
    {
        if (options.JsonSchema is null && options.Regex is null) return null;
        if (options.JsonSchema is not null && options.Regex is not null)
            throw new ArgumentException("JsonSchema and Regex exclude each other", nameof(options));
        string name = options.JsonSchema is not null ? nameof(options.JsonSchema) : nameof(options.Regex);
        if (options.IgnoreEos) throw new ArgumentException($"{name} and IgnoreEos exclude each other: the text ends where it is complete", nameof(options));
        if (tokenizer is null) throw new ArgumentException($"{name} needs the model's tokenizer, which is not there", nameof(options));
        return new GrammarMask(Compile(options, name), TokenTries.Of(tokenizer), endIds);
    }

    private static Grammar Compile(GenerationOptions options, string name)
    {
        try
        {
            if (options.Regex is { } regex) return Grammar.OfRegex(regex);
            if (!JsonFile.TryParse(System.Text.Encoding.UTF8.GetBytes(options.JsonSchema!), name, DeepestJson, out JsonDocument? schema, out string? problem))
                throw new GrammarException(problem);
            using (schema) return Grammar.OfSchema(schema.RootElement);
        }
        catch (GrammarException e)
        {
            throw new ArgumentException($"{name}: {e.Message}", e);
        }
    }
}
