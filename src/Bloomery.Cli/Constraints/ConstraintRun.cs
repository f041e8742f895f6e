using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Bloomery.Engine.Grammars;
using Bloomery.Engine.Grammars.Masks;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Cli.Constraints;

/// <summary>What became of one case: each text stepped through token by token, with the mask of every step.</summary>
internal sealed record ConstraintRun(string? Error, IReadOnlyList<bool> Accepted, double CompileMicroseconds, IReadOnlyList<double> MaskMicroseconds)
{
    /// <summary>Compiles a case and tries its texts.</summary>
    public static ConstraintRun Run(ConstraintCase test, Tokenizer tokenizer, TokenTrie trie, CancellationToken cancellation)
    {
        var accepted = new List<bool>();
        var masks = new List<double>();
        double compile = 0;
        try
        {
            long start = Stopwatch.GetTimestamp();
            Grammar grammar = Compile(test.Body);
            compile = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            var mask = new TokenMask(trie.VocabularySize);
            var matcher = new Matcher(grammar, trie);
            foreach ((_, string text) in test.Tests)
            {
                cancellation.ThrowIfCancellationRequested();
                matcher.Position = grammar.Start;
                accepted.Add(Accepts(matcher, tokenizer, trie, mask, text, masks));
            }
            return new ConstraintRun(null, accepted, compile, masks);
        }
        catch (GrammarException e)
        {
            return new ConstraintRun(e.Message, [], compile, masks);
        }
    }

    private static Grammar Compile(JsonElement body)
    {
        if (body.TryGetProperty("schema", out JsonElement schema)) return Grammar.OfSchema(schema);
        if (body.TryGetProperty("regex", out JsonElement regex) && regex.ValueKind == JsonValueKind.String) return Grammar.OfRegex(regex.GetString()!);
        throw new GrammarException(body.TryGetProperty("grammar", out _) ? "grammar: grammars are not supported yet" : "expected schema, regex or grammar");
    }

    private static bool Accepts(Matcher matcher, Tokenizer tokenizer, TokenTrie trie, TokenMask mask, string text, List<double> times)
    {
        int[] ids = tokenizer.EncodeToIds(text);
        for (int i = 0; i < ids.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            matcher.Fill(mask);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            // Tokenizers that begin every text with a space spell one that is not in it.
            if (i == 0 && trie.Text(ids[0]) is [(byte)' ', .. var rest] && !text.StartsWith(' '))
            {
                if (!matcher.TryAccept(rest)) return false;
                continue;
            }
            if (!mask[ids[i]] || !matcher.TryAccept(ids[i])) return false;
        }
        return matcher.MayEnd;
    }
}
