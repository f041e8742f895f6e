namespace Bloomery.Cli.Bench;

/// <summary>What is measured: a prompt, a generation, or one after the other.</summary>
/// <param name="Prompt">Prompt tokens per sequence.</param>
/// <param name="Generated">Tokens generated per sequence.</param>
internal readonly record struct BenchTest(int Prompt, int Generated)
{
    /// <summary>The tests that lists of prompt lengths, generation lengths and pairs of both ask for; zeros ask for nothing.</summary>
    public static IReadOnlyList<BenchTest> All(IEnumerable<int> prompts, IEnumerable<int> generated, IEnumerable<BenchTest> pairs) =>
        [.. prompts.Where(n => n > 0).Select(n => new BenchTest(n, 0)), .. generated.Where(n => n > 0).Select(n => new BenchTest(0, n)), .. pairs];
}
