using System.Globalization;
using System.Text;
using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>
/// Applies a compiled table of replacements to grapheme clusters of less than six bytes, else to code points, as tokenizer.json's
/// Precompiled does (not as SentencePiece does).
/// </summary>
/// <param name="map">The table.</param>
[Key("Precompiled")]
internal sealed class PrecompiledNormalizer(PrecompiledMap map) : Normalizer
{
    private const int MaxCluster = 6;

    internal PrecompiledNormalizer(JsonSection json)
        : this(Read(json.Get("precompiled_charsmap")))
    {
    }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        var output = new List<(int CodePoint, int Change)>(text.Length);
        Span<byte> utf8 = stackalloc byte[16];
        bool changed = false;
        ReadOnlySpan<char> rest = text.Text;
        while (rest.Length > 0)
        {
            int cluster = StringInfo.GetNextTextElementLength(rest);
            ReadOnlySpan<char> part = rest[..cluster];
            rest = rest[cluster..];
            if (cluster < MaxCluster && System.Text.Encoding.UTF8.GetByteCount(part) < MaxCluster && TryReplace(part, utf8, output))
            {
                changed = true;
                continue;
            }
            while (part.Length > 0)
            {
                Rune.DecodeFromUtf16(part, out Rune rune, out int units);
                if (TryReplace(part[..units], utf8, output)) changed = true;
                else output.Add((rune.Value, 0));
                part = part[units..];
            }
        }
        if (changed) text.Rewrite(output);
    }

    private bool TryReplace(ReadOnlySpan<char> part, Span<byte> utf8, List<(int CodePoint, int Change)> output)
    {
        int length = System.Text.Encoding.UTF8.GetBytes(part, utf8);
        if (!map.TryShortest(utf8[..length], out _, out ReadOnlySpan<byte> replacement)) return false;
        int old = 0, added = 0;
        foreach (Rune rune in part.EnumerateRunes()) old++;
        while (replacement.Length > 0)
        {
            Rune.DecodeFromUtf8(replacement, out Rune rune, out int bytes);
            replacement = replacement[bytes..];
            output.Add((rune.Value, added < old ? 0 : 1));
            added++;
        }
        // A shorter replacement drops characters behind its last one; an empty one behind what came before, and at the very start,
        // as in the reference, is forgotten.
        if (added < old && output.Count > 0) output[^1] = (output[^1].CodePoint, output[^1].Change + added - old);
        return true;
    }

    private static PrecompiledMap Read(JsonSection json)
    {
        string text = json.AsText();
        var blob = new byte[text.Length / 4 * 3 + 3];
        if (!Convert.TryFromBase64String(text, blob, out int length)) throw json.Error("not base64");
        return PrecompiledMap.Parse(blob.AsSpan(0, length), json.File, json.Path);
    }
}
