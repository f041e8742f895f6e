using System.Globalization;

namespace Bloomery.Formats.Tokenizers.Unicode;

/// <summary>
/// Scripts, blocks and binary properties of Unicode 16 that .NET does not know, and the case foldings that are more than one character; read
/// from an embedded table when first asked for. Names are in lower case, without spaces, hyphens and underscores.
/// </summary>
internal static class UnicodeProperties
{
    private static readonly Lazy<Tables> Loaded = new(Load);

    /// <summary>The ranges of a script, block or property, or null.</summary>
    public static (int First, int Last)[]? Find(string name) => Loaded.Value.ByName.GetValueOrDefault(name);

    /// <summary>The characters whose case folding is several characters, and that folding.</summary>
    public static IReadOnlyList<(int From, int[] To)> Foldings => Loaded.Value.Foldings;

    /// <summary>A number for the script that a character had in Unicode 9, or -1 where it was not assigned.</summary>
    public static int ScriptInUnicode9(int codePoint)
    {
        // The four characters that have changed their script since.
        string? moved = codePoint switch
        {
            0x589 or 0x61C => "common",
            0x953 or 0x954 => "devanagari",
            _ => null,
        };
        if (moved is not null) return Loaded.Value.ScriptNumbers[moved];
        List<(int First, int Last, int Script)> scripts = Loaded.Value.Scripts9;
        int low = 0, high = scripts.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (codePoint < scripts[middle].First) high = middle;
            else if (codePoint > scripts[middle].Last) low = middle + 1;
            else return scripts[middle].Script;
        }
        return -1;
    }

    /// <summary>The number that <see cref="ScriptInUnicode9"/> gives to a script.</summary>
    public static int ScriptNumber(string name) => Loaded.Value.ScriptNumbers[name];

    private static Tables Load()
    {
        var tables = new Tables();
        using Stream stream = typeof(UnicodeProperties).Assembly.GetManifestResourceStream("Bloomery.Formats.Tokenizers.Unicode.properties.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#')) tables.Add(line);
        }
        tables.Scripts9.Sort();
        return tables;
    }

    private sealed class Tables
    {
        public Dictionary<string, (int First, int Last)[]> ByName { get; } = [];

        public List<(int From, int[] To)> Foldings { get; } = [];

        public List<(int First, int Last, int Script)> Scripts9 { get; } = [];

        public Dictionary<string, int> ScriptNumbers { get; } = [];

        public void Add(string line)
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            bool script = line[0] == '@';
            string[] names = line[(script || line[0] == '~' ? 1 : 0)..equals].Split(',');
            string[] values = line[(equals + 1)..].Split(' ');
            if (line[0] == '~')
            {
                Foldings.Add((Hex(names[0]), Array.ConvertAll(values, v => Hex(v))));
                return;
            }
            int number = ScriptNumbers.Count;
            var ranges = new (int First, int Last)[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                ReadOnlySpan<char> range = values[i].AsSpan().TrimStart('+');
                int dash = range.IndexOf('-');
                ranges[i] = dash < 0 ? (Hex(range), Hex(range)) : (Hex(range[..dash]), Hex(range[(dash + 1)..]));
                if (script && values[i][0] != '+') Scripts9.Add((ranges[i].First, ranges[i].Last, number));
            }
            foreach (string name in names)
            {
                ByName[name] = ranges;
                if (script) ScriptNumbers[name] = number;
            }
        }

        private static int Hex(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
