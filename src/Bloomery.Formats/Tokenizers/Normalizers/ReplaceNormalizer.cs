using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Replaces the matches of a pattern by a text.</summary>
/// <param name="pattern">What to replace.</param>
/// <param name="content">What to put there, as it is.</param>
[Key("Replace")]
internal sealed class ReplaceNormalizer(SplitPattern pattern, string content) : Normalizer
{
    internal ReplaceNormalizer(JsonSection json)
        : this(Components.Pattern(json.Get("pattern")), json.Text("content"))
    {
    }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (pattern is TextPattern { Content: [var from] } && content is [var to] && !char.IsSurrogate(from) && !char.IsSurrogate(to))
        {
            text.Exchange(from, to);
            return;
        }
        if (text.Length == 0 || !pattern.FindNext(text.Text, -1, out int begin, out int end)) return;
        text.Edit();
        do
        {
            text.Keep(begin - text.OldPosition);
            foreach (System.Text.Rune rune in content.EnumerateRunes()) text.PutWithSpanOf(rune.Value, end - 1);
            text.SkipTo(end);
        }
        while (pattern.FindNext(text.Text, end, out begin, out end));
        text.Keep(text.Length - text.OldPosition);
        text.Commit();
    }
}
