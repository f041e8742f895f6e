using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Removes whitespace at the ends.</summary>
/// <param name="left">At the start.</param>
/// <param name="right">At the end.</param>
[Key("Strip")]
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    internal StripNormalizer(JsonSection json)
        : this(json.Flag("strip_left", true), json.Flag("strip_right", true))
    {
    }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        int begin = 0, end = text.Length;
        if (left) begin = end - text.Text.TrimStart().Length;
        if (right) end = Math.Max(begin, text.Text.TrimEnd().Length);
        if (begin == 0 && end == text.Length) return;
        text.Edit(begin);
        text.Keep(end - begin);
        text.Commit();
    }
}
