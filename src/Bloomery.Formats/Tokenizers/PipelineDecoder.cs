using System.Text;
using Bloomery.Formats.Tokenizers.Decoders;

namespace Bloomery.Formats.Tokenizers;

/// <summary>Decodes through a <see cref="PipelineTokenizer"/>'s decoder; holds text back while it ends in U+FFFD, as the reference does.</summary>
internal sealed class PipelineDecoder : StreamingDecoder
{
    private readonly PipelineTokenizer _tokenizer;
    private readonly TextSink _sink = new();
    private readonly DecodeStage _stage;
    private readonly bool _skipSpecial, _eager;

    /// <summary>Starts a stream.</summary>
    /// <param name="tokenizer">Whose decoder.</param>
    /// <param name="skipSpecial">Whether special tokens give no text.</param>
    /// <param name="eager">Whether whole characters of a run of byte tokens are given before the run has ended, although a later byte could make it
    /// invalid.</param>
    public PipelineDecoder(PipelineTokenizer tokenizer, bool skipSpecial, bool eager)
    {
        (_tokenizer, _skipSpecial, _eager) = (tokenizer, skipSpecial, eager);
        _stage = tokenizer.StartDecoding(_sink);
    }

    public override string Push(int id)
    {
        if (_tokenizer.Decodable(id, _skipSpecial) is not { } token) return "";
        _stage.Text(token);
        _stage.EndToken();
        if (_eager) _stage.Release();
        StringBuilder text = _sink.Gathered;
        return text.Length == 0 || text[^1] == '\uFFFD' || _stage.IsBroken ? "" : Take();
    }

    public override string Finish()
    {
        _stage.Finish();
        return Take();
    }

    private string Take()
    {
        string text = _sink.Gathered.ToString();
        _sink.Gathered.Clear();
        return text;
    }
}
