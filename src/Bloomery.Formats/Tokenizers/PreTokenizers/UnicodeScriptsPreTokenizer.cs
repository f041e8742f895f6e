using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>
/// Cuts where the script (of Unicode 9) changes. Hiragana and Katakana count as Han; a space, and what is not assigned, belongs to what
/// stands before it, and is dropped at the start of a piece, as in the reference.
/// </summary>
[Key("UnicodeScripts")]
internal sealed class UnicodeScriptsPreTokenizer : PreTokenizer
{
    private const int Any = -1;

    /// <inheritdoc/>
    public override void Split(PieceList pieces)
    {
        pieces.SpellBytes();
        ReadOnlySpan<char> text = pieces.Text.Text;
        int han = UnicodeProperties.ScriptNumber("han"), hiragana = UnicodeProperties.ScriptNumber("hiragana");
        int katakana = UnicodeProperties.ScriptNumber("katakana");
        foreach (TextRange range in pieces.Ranges)
        {
            int begin = -1, last = Any;
            for (int at = range.Begin, units; at < range.End; at += units)
            {
                System.Text.Rune.DecodeFromUtf16(text[at..], out System.Text.Rune rune, out units);
                int script = ScriptOf(rune.Value);
                if (script == Any || script == last) continue;
                if (begin >= 0) pieces.Add(begin, at);
                (begin, last) = (at, script);
            }
            if (begin >= 0) pieces.Add(begin, range.End);
        }
        pieces.Advance();

        int ScriptOf(int codePoint)
        {
            const int ProlongedSoundMark = 0x30FC;
            if (codePoint == ' ') return Any;
            int script = codePoint == ProlongedSoundMark ? han : UnicodeProperties.ScriptInUnicode9(codePoint);
            return script == hiragana || script == katakana ? han : script;
        }
    }
}
