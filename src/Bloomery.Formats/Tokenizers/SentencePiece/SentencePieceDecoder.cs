using System.Text;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>
/// Decodes pieces as SentencePiece does: byte pieces by character, each byte that belongs to none as U+FFFD; while nothing is out yet,
/// a leading <c>▁</c> is dropped where encoding could have put it there.
/// </summary>
internal sealed class SentencePieceDecoder(SentencePieceTokenizer tokenizer, bool skipSpecial) : StreamingDecoder
{
    private const int LongestCharacter = 4;

    private readonly SentencePieceOptions _options = tokenizer.Options;
    private readonly byte[] _pending = new byte[LongestCharacter];      // the beginning of a character, as byte pieces
    private int _pendingCount;
    private bool _mayDropSpace = tokenizer.Options.DummyPrefix || tokenizer.Options.RemoveExtraWhitespace;
    private bool _droppedSpace;
    private bool _anyText;

    public override string Push(int id)
    {
        if (!tokenizer.Pieces.Contains(id)) return "";
        PieceType type = tokenizer.Pieces.Types[id];
        if (type == PieceType.Byte)
        {
            _pending[_pendingCount++] = tokenizer.Pieces.ByteOf(id);
            return Out(Release(final: false));
        }

        string before = Out(Release(final: true));
        if (_droppedSpace || _anyText) _mayDropSpace = false;
        _droppedSpace = false;
        string text = Out(TextOf(id, type));
        return before.Length == 0 ? text : before + text;
    }

    public override string Finish() => Out(Release(final: true));

    private string TextOf(int id, PieceType type)
    {
        bool spell = _options.SpellSymbols;
        switch (type)
        {
            case PieceType.Control: return (spell || _options.Spelled.Contains(id)) && !skipSpecial ? tokenizer.Pieces.Texts[id] : "";
            case PieceType.Unknown: return !spell ? _options.UnknownSurface : skipSpecial ? "" : tokenizer.Pieces.Texts[id];
            case PieceType.UserDefined when spell: return tokenizer.Pieces.Texts[id];
        }

        string text = tokenizer.TextOf(id);
        if (!_mayDropSpace || !tokenizer.Pieces.Texts[id].StartsWith('\u2581')) return text;
        _droppedSpace = !_options.RemoveExtraWhitespace;      // which, while nothing is out, drops one from every piece
        return text[1..];
    }

    /// <summary>Takes whole characters off the pending bytes, and U+FFFD for each byte that cannot begin one.</summary>
    private string Release(bool final)
    {
        if (_pendingCount == 0) return "";
        var text = new StringBuilder();
        while (_pendingCount > 0)
        {
            System.Buffers.OperationStatus status = Rune.DecodeFromUtf8(_pending.AsSpan(0, _pendingCount), out Rune rune, out int length);
            if (status == System.Buffers.OperationStatus.NeedMoreData && !final) break;
            if (status != System.Buffers.OperationStatus.Done) length = 1;
            text.Append(rune);          // U+FFFD unless it is done
            _pending.AsSpan(length, _pendingCount - length).CopyTo(_pending);
            _pendingCount -= length;
        }

        return text.ToString();
    }

    private string Out(string text)
    {
        _anyText |= text.Length > 0;
        return text;
    }
}
