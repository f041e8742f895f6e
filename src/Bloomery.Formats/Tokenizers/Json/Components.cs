using System.Reflection;
using Bloomery.Formats.Tokenizers.Decoders;
using Bloomery.Formats.Tokenizers.Normalizers;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.Patterns.Regexes;
using Bloomery.Formats.Tokenizers.PostProcessors;
using Bloomery.Formats.Tokenizers.PreTokenizers;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Json;

/// <summary>
/// Makes components from their descriptions: finds the class by its key and calls its constructor that takes a <see cref="JsonSection"/>, or
/// the one without arguments where it has no settings.
/// </summary>
internal static class Components
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>All normalisers.</summary>
    public static Catalog<Normalizer> Normalizers { get; } = new(typeof(Components).Assembly);

    /// <summary>All pre-tokenisers.</summary>
    public static Catalog<PreTokenizer> PreTokenizers { get; } = new(typeof(Components).Assembly);

    /// <summary>All post-processors.</summary>
    public static Catalog<PostProcessor> PostProcessors { get; } = new(typeof(Components).Assembly);

    /// <summary>All decoders.</summary>
    public static Catalog<TokenDecoder> Decoders { get; } = new(typeof(Components).Assembly);

    /// <summary>Makes the component that <paramref name="json"/> describes.</summary>
    /// <exception cref="ModelFormatException">Its type is unknown or a setting is not valid.</exception>
    public static T Create<T>(Catalog<T> catalog, JsonSection json)
    {
        string type = json.Text("type");
        if (!catalog.TryFind(type, out Type? component))
            throw json.Get("type").Error($"'{type}' is not supported; there are: {string.Join(", ", catalog.Names)}");
        return component.GetConstructor(Any, [typeof(JsonSection)]) is null ? catalog.Create(type) : catalog.Create(type, json);
    }

    /// <summary>The components of a sequence, under the name that the type uses.</summary>
    public static T[] CreateAll<T>(Catalog<T> catalog, JsonSection json, string name) =>
        [.. json.Get(name).Items().Select(item => Create(catalog, item))];

    /// <summary>Reads a pattern: {"String": ..} or {"Regex": ..}.</summary>
    public static SplitPattern Pattern(JsonSection json)
    {
        if (json.Find("String") is { } text) return new TextPattern(text.AsText());
        JsonSection regex = json.Find("Regex") ?? throw json.Error("expected 'String' or 'Regex'");
        string expression = regex.AsText();
        try
        {
            return KnownPatterns.Find(expression) ?? new RegexPattern(expression);
        }
        catch (FormatException e)
        {
            throw regex.Error(e.Message, e);
        }
    }

    /// <summary>Reads a split behaviour, or a default.</summary>
    public static SplitBehavior Behavior(JsonSection json, SplitBehavior? otherwise = null)
    {
        if (otherwise is { } value && json.Find("behavior") is null) return value;
        string name = json.Text("behavior");
        return name switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            _ => throw json.Get("behavior").Error($"'{name}' is no behaviour"),
        };
    }
}
