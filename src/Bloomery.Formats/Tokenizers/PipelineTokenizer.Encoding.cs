using System.Collections.Concurrent;

namespace Bloomery.Formats.Tokenizers;

/// <summary>Text to tokens.</summary>
internal sealed partial class PipelineTokenizer
{
    private const int ProbeId = -1;
    private readonly ConcurrentBag<Workspace> _workspaces = [];

    /// <inheritdoc/>
    public override Encoding Encode(string text, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        var runs = new List<TokenRun> { Run(text, options) };
        return Assemble(runs, options);
    }

    /// <inheritdoc/>
    public override Encoding EncodePair(string first, string second, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        options = options with { PlainRanges = [] };
        var runs = new List<TokenRun> { Run(first, options), Run(second, options) };
        runs[1].SetType(1);
        return Assemble(runs, options);
    }

    /// <inheritdoc/>
    public override void Encode(string text, EncodeOptions options, List<int> ids)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(ids);
        if (_before is null)
        {
            ids.AddRange(Encode(text, options).Ids);
            return;
        }
        if (options.AddSpecial) ids.AddRange(_before!);
        Tokenize(text, options, new TokenSink(idsOnly: true) { Ids = ids, Cancellation = options.Cancellation });
        if (options.AddSpecial) ids.AddRange(_behind!);
    }

    private TokenRun Run(string text, EncodeOptions options)
    {
        var sink = new TokenSink(idsOnly: false) { Cancellation = options.Cancellation };
        Tokenize(text, options, sink);
        var run = new TokenRun();
        var points = new CodePointIndex(text);
        for (int i = 0; i < sink.Ids.Count; i++)
        {
            (int begin, int end) = sink.Spans[i];
            string spelling = sink.Texts[i] ?? _spellings[sink.Ids[i]] ?? "";
            run.Tokens.Add(new EncodedToken(sink.Ids[i], spelling, points.Of(begin), points.Of(end)));
        }
        return run;
    }

    private Encoding Assemble(List<TokenRun> runs, EncodeOptions options)
    {
        if (_parts.PostProcessor is { } processor) runs = processor.Process(runs, options.AddSpecial);
        var tokens = new List<EncodedToken>();
        foreach (TokenRun run in runs) tokens.AddRange(run.Tokens);
        return new Encoding
        {
            Ids = [.. tokens.Select(t => t.Id)],
            Tokens = [.. tokens.Select(t => t.Text)],
            Offsets = options.Offsets ? [.. tokens.Select(t => (t.Begin, t.End))] : [],
            TypeIds = [.. tokens.Select(t => t.TypeId)],
        };
    }

    // The ids that the post-processor puts around a single text; null where it does something else.
    private (int[]? Before, int[]? Behind) FindFrame()
    {
        if (_parts.PostProcessor is not { } processor) return ([], []);
        var probe = new TokenRun { Tokens = [new EncodedToken(ProbeId, "", 0, 0)] };
        int[] ids = [.. processor.Process([probe], addSpecial: true).SelectMany(run => run.Tokens).Select(token => token.Id)];
        int at = Array.IndexOf(ids, ProbeId);
        return at >= 0 && at == Array.LastIndexOf(ids, ProbeId) ? (ids[..at], ids[(at + 1)..]) : (null, null);
    }

    private void Tokenize(string text, EncodeOptions options, TokenSink sink)
    {
        if (!_workspaces.TryTake(out Workspace? workspace)) workspace = new Workspace();
        string input = WellFormed(text);
        if (_rawFinder is null)
        {
            TokenizeGap(input.AsMemory(), 0, options, sink, workspace);
        }
        else
        {
            int done = 0;
            foreach ((AddedToken token, TextRange range) in _rawFinder.FindAll(input, (t, r) => Refuse(t, r, options)))
            {
                if (range.Begin > done) TokenizeGap(input.AsMemory(done..range.Begin), done, options, sink, workspace);
                sink.Add(token.Id, range.Begin, range.End, sink.IdsOnly ? null : input[range.Begin..range.End]);
                done = range.End;
            }
            if (done < input.Length) TokenizeGap(input.AsMemory(done), done, options, sink, workspace);
        }
        if (workspace.IsSmall) _workspaces.Add(workspace);
    }

    // Special tokens stay text where they are not parsed. Where only a part of one is plain, what is not plain is searched again.
    private static int Refuse(AddedToken token, TextRange range, EncodeOptions options)
    {
        if (!token.Special) return -1;
        if (!options.ParseSpecial) return range.End;
        foreach (TextRange plain in options.PlainRanges)
        {
            if (range.Begin >= plain.End || plain.Begin >= range.End) continue;
            return range.Begin < plain.Begin ? plain.Begin : Math.Min(plain.End, range.End);
        }
        return -1;
    }

    private void TokenizeGap(ReadOnlyMemory<char> gap, int origin, EncodeOptions options, TokenSink sink, Workspace workspace)
    {
        AlignedText text = workspace.Text;
        text.Reset(gap, origin);
        _parts.Normalizer?.Normalize(text);
        if (_normalizedFinder is null)
        {
            TokenizePieces(text, sink, workspace);
            return;
        }
        List<(AddedToken Token, TextRange Range)> matches = _normalizedFinder.FindAll(text.Text, (token, range) =>
        {
            (int begin, int end) = text.SourceOf(range.Begin, range.End);
            return Refuse(token, new TextRange(begin, end), options) < 0 ? -1 : range.End;
        });
        if (matches.Count == 0)
        {
            TokenizePieces(text, sink, workspace);
            return;
        }
        int done = 0;
        foreach ((AddedToken token, TextRange range) in matches)
        {
            TokenizePart(text, done, range.Begin, sink, workspace);
            (int begin, int end) = text.SourceOf(range.Begin, range.End);
            sink.Add(token.Id, begin, end, sink.IdsOnly ? null : text.Text[range.Begin..range.End].ToString());
            done = range.End;
        }
        TokenizePart(text, done, text.Length, sink, workspace);
    }

    private void TokenizePart(AlignedText text, int begin, int end, TokenSink sink, Workspace workspace)
    {
        if (begin >= end) return;
        workspace.Part.CopyFrom(text, begin, end);
        TokenizePieces(workspace.Part, sink, workspace);
    }

    private void TokenizePieces(AlignedText text, TokenSink sink, Workspace workspace)
    {
        PieceList pieces = workspace.Pieces;
        pieces.Reset(text, sink.Cancellation);
        _parts.PreTokenizer?.Split(pieces);
        if (!_parts.Model.TakesBytes) pieces.SpellBytes();
        foreach (TextRange range in pieces.Ranges)
        {
            sink.Cancellation.ThrowIfCancellationRequested();
            int first = sink.Ids.Count;
            _parts.Model.Tokenize(text.Text[range.Begin..range.End], pieces.AsBytes, sink);
            if (sink.IdsOnly) continue;
            for (int i = first; i < sink.Spans.Count; i++)
            {
                (int begin, int end) = sink.Spans[i];
                sink.Spans[i] = text.SourceOf(range.Begin + begin, range.Begin + end);
            }
        }
    }

    private string Normalize(string content)
    {
        if (_parts.Normalizer is null) return content;
        var text = new AlignedText();
        text.Reset(WellFormed(content).AsMemory(), 0);
        _parts.Normalizer.Normalize(text);
        return text.Text.ToString();
    }

    // Lone surrogates become U+FFFD; the length stays.
    private static string WellFormed(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return text;
        char[]? mended = null;
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else (mended ??= text.ToCharArray())[i] = '\uFFFD';
        }
        return mended is null ? text : new string(mended);
    }

    // Counts code points before an index; neighbouring questions are close together.
    private struct CodePointIndex(string text)
    {
        private readonly bool _plain = !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');
        private int _index, _points;

        public int Of(int index)
        {
            if (_plain) return index;
            for (; _index < index; _index++) _points += Starts(_index) ? 1 : 0;
            for (; _index > index; _index--) _points -= Starts(_index - 1) ? 1 : 0;
            return _points;
        }

        private readonly bool Starts(int index) => !(char.IsLowSurrogate(text[index]) && index > 0 && char.IsHighSurrogate(text[index - 1]));
    }

    // Buffers that calls share; not kept once a huge text has blown them up.
    private sealed class Workspace
    {
        private const int KeepLimit = 1 << 18;

        public AlignedText Text { get; } = new();

        public AlignedText Part { get; } = new();

        public PieceList Pieces { get; } = new();

        public bool IsSmall => Text.Length <= KeepLimit && Part.Length <= KeepLimit;
    }
}
