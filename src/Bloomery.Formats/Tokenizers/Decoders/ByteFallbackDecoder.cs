using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Reads <c>&lt;0xXX&gt;</c> tokens as bytes: a run of them is UTF-8, or if it is not, one U+FFFD per byte.</summary>
[Key("ByteFallback")]
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next) => new Stage(next);

    /// <summary>The byte that a token stands for, or -1.</summary>
    public static int ByteOf(ReadOnlySpan<char> token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : -1;

    private sealed class Stage(DecodeStage next) : TokenStage(next)
    {
        private readonly List<byte> _run = [];
        private int _released, _characterStart;
        private bool _invalid;

        public override bool IsBroken => _invalid || _characterStart < _run.Count || base.IsBroken;

        public override void Release()
        {
            if (!_invalid && _characterStart == _run.Count) Give();
            base.Release();
        }

        public override void Finish()
        {
            EndRun();
            base.Finish();
        }

        protected override void Token(string token)
        {
            int value = ByteOf(token);
            if (value < 0)
            {
                EndRun();
                Pass(token);
                return;
            }
            _run.Add((byte)value);
            if (_invalid) return;
            OperationStatus status = Rune.DecodeFromUtf8(CollectionsMarshal.AsSpan(_run)[_characterStart..], out _, out _);
            if (status == OperationStatus.Done) _characterStart = _run.Count;
            _invalid = status == OperationStatus.InvalidData;
        }

        private void EndRun()
        {
            if (!_invalid && _characterStart == _run.Count) Give();
            for (; _released < _run.Count; _released++) Pass("\uFFFD");
            _run.Clear();
            (_released, _characterStart, _invalid) = (0, 0, false);
        }

        private void Give()
        {
            if (_released == _run.Count) return;
            Pass(System.Text.Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_run)[_released..]));
            _released = _run.Count;
        }
    }
}
