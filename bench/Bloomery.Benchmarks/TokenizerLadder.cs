using System.Diagnostics;
using System.Text;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Benchmarks;

/// <summary>Throughput of tokenizers: English prose, and the worst case of a merge loop, one repeated letter.</summary>
internal static class TokenizerLadder
{
    private const int Megabyte = 1 << 20;

    public static void Run(IEnumerable<string> paths)
    {
        string prose = Fill(Prose()), letter = new('a', Megabyte);
        Console.WriteLine("| tokenizer | 1 MB of English, s | MB/s | 1 MB of one letter, s |\n|---|---|---|---|");
        foreach (string path in paths)
        {
            Tokenizer tokenizer = TokenizerLoader.Load(path).Tokenizer;
            double first = Seconds(tokenizer, prose, 1), english = Seconds(tokenizer, prose, 3), worst = Seconds(tokenizer, letter, 2);
            Console.WriteLine(FormattableString.Invariant($"| {Path.GetFileName(path)} | {english:F3} (first {first:F3}) | {1 / english:F1} | {worst:F3} |"));
        }
    }

    private static double Seconds(Tokenizer tokenizer, string text, int rounds)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < rounds; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            tokenizer.EncodeToIds(text);
            best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }
        return best;
    }

    /// <summary>The project's own documentation: English that lies in every clone.</summary>
    private static string Prose()
    {
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
            if (File.Exists(Path.Combine(directory, "Bloomery.slnx")))
                return string.Concat(Directory.GetFiles(directory, "*.md", SearchOption.TopDirectoryOnly)
                    .Concat(Directory.GetFiles(Path.Combine(directory, "docs"), "*.md")).Order().Select(File.ReadAllText));
        throw new DirectoryNotFoundException("the benchmark reads the documentation of the clone that it was built in");
    }

    private static string Fill(string text)
    {
        StringBuilder all = new(Megabyte + text.Length);
        while (all.Length < Megabyte) all.Append(text);
        return all.ToString(0, Megabyte);
    }
}
