namespace Bloomery.Benchmarks;

/// <summary>Command-line options: <c>--name value</c>, lists with commas, flags without a value.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    public Options(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i].TrimStart('-');
            _values[name] = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : "";
        }
    }

    public bool Flag(string name) => _values.ContainsKey(name);

    public string[] List(string name, string fallback) => _values.GetValueOrDefault(name, fallback).Split(',', StringSplitOptions.RemoveEmptyEntries);

    public int[] Numbers(string name, string fallback) => [.. List(name, fallback).Select(int.Parse)];

    public int Number(string name, int fallback) => _values.TryGetValue(name, out string? value) ? int.Parse(value) : fallback;
}
