using System.Globalization;

namespace Bloomery.Formats.Tokenizers.Unicode;

/// <summary>
/// Unicode normalisation (UAX 15) that reports where each character comes from, with the tables of Unicode 9 that the reference uses:
/// a text becomes pairs (character, change) as <see cref="AlignedText.Put"/> takes them.
/// </summary>
internal static class Normalization
{
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7, LCount = 19, VCount = 21, TCount = 28;
    private const int SCount = LCount * VCount * TCount;
    private static readonly Lazy<Tables> Data = new(Tables.Load);

    /// <summary>Decomposes a text; marks are in canonical order afterwards.</summary>
    public static List<(int CodePoint, int Change)> Decompose(ReadOnlySpan<char> text, bool compatibility)
    {
        Tables tables = Data.Value;
        var output = new List<(int, int)>(text.Length + 16);
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            int start = output.Count;
            Decompose(tables, rune.Value, compatibility, output);
            for (int i = start; i < output.Count; i++) output[i] = (output[i].Item1, i == start ? 0 : 1);
        }
        Order(tables, output);
        return output;
    }

    /// <summary>Composes what <see cref="Decompose(ReadOnlySpan{char}, bool)"/> gave.</summary>
    public static List<(int CodePoint, int Change)> Compose(List<(int CodePoint, int Change)> input)
    {
        Tables tables = Data.Value;
        var output = new List<(int, int)>(input.Count);
        int starter = -1, lastClass = -1;
        foreach ((int c, int change) in input)
        {
            int combining = tables.Class(c);
            // Blocked unless everything since the starter has a lower class.
            if (starter >= 0 && (lastClass < 0 || lastClass < combining))
            {
                (int first, int firstChange) = output[starter];
                int composed = Compose(tables, first, c);
                if (composed >= 0)
                {
                    output[starter] = (composed, firstChange + change - 1);
                    continue;
                }
            }
            if (combining == 0) (starter, lastClass) = (output.Count, -1);
            else lastClass = combining;
            output.Add((c, change));
        }
        return output;
    }

    private static void Decompose(Tables tables, int c, bool compatibility, List<(int, int)> output)
    {
        if (c < 0xA0)
        {
            output.Add((c, 0));
            return;
        }
        if (c is >= SBase and < SBase + SCount)
        {
            int index = c - SBase;
            output.Add((LBase + index / (VCount * TCount), 0));
            output.Add((VBase + index % (VCount * TCount) / TCount, 0));
            if (index % TCount > 0) output.Add((TBase + index % TCount, 0));
            return;
        }
        if (tables.Decompositions.TryGetValue(c, out Decomposition found) && (compatibility || found.Canonical))
        {
            foreach (int part in found.Parts) Decompose(tables, part, compatibility, output);
            return;
        }
        output.Add((c, 0));
    }

    // A stable sort of each run of marks by class; marks move with their changes.
    private static void Order(Tables tables, List<(int CodePoint, int Change)> text)
    {
        for (int i = 0; i < text.Count; i++)
        {
            if (tables.Class(text[i].CodePoint) == 0) continue;
            int end = i + 1;
            while (end < text.Count && tables.Class(text[end].CodePoint) != 0) end++;
            if (end - i > 1)
            {
                (int CodePoint, int Change)[] run = [.. text[i..end].OrderBy(m => tables.Class(m.CodePoint))];
                for (int j = 0; j < run.Length; j++) text[i + j] = run[j];
            }
            i = end;
        }
    }

    private static int Compose(Tables tables, int first, int second)
    {
        if (first is >= LBase and < LBase + LCount && second is >= VBase and < VBase + VCount)
            return SBase + ((first - LBase) * VCount + second - VBase) * TCount;
        if (first is >= SBase and < SBase + SCount && (first - SBase) % TCount == 0 && second is > TBase and < TBase + TCount)
            return first + second - TBase;
        return tables.Compositions.TryGetValue(((long)first << 32) | (uint)second, out int composed) ? composed : -1;
    }

    private readonly record struct Decomposition(int[] Parts, bool Canonical);

    private sealed class Tables
    {
        public Dictionary<int, Decomposition> Decompositions { get; } = [];

        public Dictionary<long, int> Compositions { get; } = [];

        private Dictionary<int, byte> Classes { get; } = [];

        public int Class(int c) => c < 0x300 ? 0 : Classes.GetValueOrDefault(c);

        public static Tables Load()
        {
            var tables = new Tables();
            using Stream stream = typeof(Normalization).Assembly.GetManifestResourceStream("Bloomery.Formats.Tokenizers.Unicode.normalization.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (!line.StartsWith('#')) tables.Add(line);
            }
            return tables;
        }

        private void Add(string line)
        {
            int at = line.AsSpan().IndexOfAny("=~!-");
            int first = Hex(line.AsSpan(0, at));
            if (line[at] == '-')
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                byte combining = byte.Parse(line.AsSpan(colon + 1), CultureInfo.InvariantCulture);
                for (int c = first; c <= Hex(line.AsSpan(at + 1, colon - at - 1)); c++) Classes[c] = combining;
                return;
            }
            int[] parts = Array.ConvertAll(line[(at + 1)..].Split(' '), p => Hex(p));
            Decompositions[first] = new Decomposition(parts, line[at] != '~');
            if (line[at] == '=' && parts.Length == 2) Compositions[((long)parts[0] << 32) | (uint)parts[1]] = first;
        }

        private static int Hex(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
