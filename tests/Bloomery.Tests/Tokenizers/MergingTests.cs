using System.Diagnostics;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Models;
using Xunit.Abstractions;

namespace Bloomery.Tests.Tokenizers;

/// <summary>Long words: the heap does what the definition says, without taking quadratic time or memory.</summary>
public sealed class MergingTests(ITestOutputHelper output)
{
    [Fact]
    public void Long_words_merge_as_the_definition_says()
    {
        string[] tokens = ["a", "b", "c", "ab", "bc", "aa", "abc", "aab", "aaa", "cab"];
        var vocabulary = new Vocabulary(tokens);
        (string Left, string Right)[] rules = [("b", "c"), ("a", "b"), ("a", "a"), ("a", "bc"), ("aa", "b"), ("aa", "a"), ("c", "ab")];
        var merges = new MergeTable(vocabulary, rules.Length);
        foreach ((string left, string right) in rules) Assert.True(merges.TryAdd(left, right));
        var model = new BpeModel(vocabulary, merges);
        var random = new Random(7);
        for (int i = 0; i < 400; i++)
        {
            string word = new([.. Enumerable.Range(0, random.Next(1, 90)).Select(_ => "abc"[random.Next(3)])]);
            var sink = new TokenSink(idsOnly: false);
            model.Tokenize(word, asBytes: false, sink);
            Assert.Equal(ByDefinition(word, rules), sink.Ids.Select(id => tokens[id]));
            Assert.Equal(word, string.Concat(sink.Spans.Select(s => word[s.Begin..s.End])));
        }
    }

    [Fact]
    public void A_megabyte_of_one_letter_takes_linear_memory_and_little_time()
    {
        PipelineTokenizer tokenizer = SmallTokenizers.Open("byte-level");
        long Measure(int length, out double seconds)
        {
            string text = new('a', length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            int[] ids = tokenizer.EncodeToIds(text);
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Assert.Equal(length / 8, ids.Length);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Measure(1 << 12, out _);
        long small = Measure(1 << 17, out double smallSeconds);
        long large = Measure(1 << 20, out double largeSeconds);
        output.WriteLine($"128 KiB: {small:N0} bytes, {smallSeconds:F3} s; 1 MiB: {large:N0} bytes, {largeSeconds:F3} s");
        Assert.InRange(large, 0, small * 12);
        Assert.InRange(largeSeconds, 0, 120);    // for a busy machine without optimisation; quadratic would be hours
    }

    [Fact]
    public void Speed_is_printed()
    {
        foreach (string name in SmallTokenizers.Names)
        {
            PipelineTokenizer tokenizer = SmallTokenizers.Open(name);
            string text = string.Concat(Enumerable.Repeat("Hello there, it's the usual text of a test, 123 words or so. ", 8000));
            var ids = new List<int>();
            tokenizer.Encode(text, EncodeOptions.Default, ids);
            ids.Clear();
            long start = Stopwatch.GetTimestamp();
            tokenizer.Encode(text, EncodeOptions.Default, ids);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            output.WriteLine($"{name}: {text.Length / seconds / 1e6:F1} MB/s, {ids.Count / seconds / 1e6:F1} M tokens/s");
            Assert.NotEmpty(ids);
        }
    }

    private static List<string> ByDefinition(string word, (string Left, string Right)[] rules)
    {
        List<string> parts = [.. word.Select(c => c.ToString())];
        while (true)
        {
            (int rank, int at) best = (int.MaxValue, -1);
            for (int i = 0; i + 1 < parts.Count; i++)
            {
                int rank = Array.IndexOf(rules, (parts[i], parts[i + 1]));
                if (rank >= 0 && rank < best.rank) best = (rank, i);
            }
            if (best.at < 0) return parts;
            parts[best.at] += parts[best.at + 1];
            parts.RemoveAt(best.at + 1);
        }
    }
}
