using System.Text;
using System.Text.Json;

namespace Bloomery.Golden.Tokenizers;

/// <summary>Compares many cases and reports at the end which of them failed, and how.</summary>
internal sealed class GoldenCheck(string name)
{
    private const int Shown = 8;
    private readonly List<string> _failures = [];
    private string _case = "";
    private int _cases;

    /// <summary>Starts the next case.</summary>
    public void Begin(string description)
    {
        _case = description;
        _cases++;
    }

    /// <summary>Compares whole numbers with the field, if it is there.</summary>
    public void Ints(string field, JsonElement expected, int[] actual)
    {
        if (expected.TryGetProperty(field, out JsonElement value))
            That(field, value.EnumerateArray().Select(i => i.GetInt32()).SequenceEqual(actual), string.Join(',', actual));
    }

    /// <summary>Compares texts with the field, if it is there.</summary>
    public void Strings(string field, JsonElement expected, string[] actual)
    {
        if (expected.TryGetProperty(field, out JsonElement value))
            That(field, value.EnumerateArray().Select(i => i.GetString()!).SequenceEqual(actual), string.Join('|', actual));
    }

    /// <summary>Compares a text with the field, if it is there.</summary>
    public void Text(string field, JsonElement expected, string actual)
    {
        if (expected.TryGetProperty(field, out JsonElement value)) That(field, value.GetString() == actual, actual);
    }

    /// <summary>Compares ranges with the field, if it is there.</summary>
    public void Offsets(string field, JsonElement expected, (int Begin, int End)[] actual)
    {
        if (expected.TryGetProperty(field, out JsonElement value))
            That(field, value.EnumerateArray().Select(i => (i[0].GetInt32(), i[1].GetInt32())).SequenceEqual(actual), string.Join(' ', actual));
    }

    /// <summary>Notes a failure unless <paramref name="holds"/>.</summary>
    public void That(string what, bool holds, string actual = "")
    {
        if (!holds) _failures.Add($"{what}: got {Escape(actual)}\n  in {(_case.Length > 1500 ? _case[..1500] : _case)}");
    }

    /// <summary>Fails if any case failed.</summary>
    public void Finish()
    {
        Assert.True(_cases > 0, $"{name}: no cases");
        Assert.True(_failures.Count == 0, $"{name}: {_failures.Count} failures in {_cases} cases\n{string.Join('\n', _failures.Take(Shown))}");
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (char c in text) escaped.Append(c is >= ' ' and < '\x7F' ? c.ToString() : $"\\u{(int)c:x4}");
        return escaped.ToString();
    }
}
