using System.Diagnostics;
using System.Text;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;
using Bloomery.Engine.Stopping;
using Bloomery.Formats.Tokenizers;

namespace Bloomery;

/// <summary>One text in the making: tokens from a <see cref="TokenGenerator"/>, turned into text that never ends inside a character and never leaks a part of a stop string.</summary>
public sealed class TextGeneration : IDisposable
{
    private readonly Sequence _sequence;
    private readonly TokenGenerator _tokens;
    private readonly StopRules _rules;
    private readonly StreamingDecoder? _decoder;
    private readonly StopMatcher _stops;
    private readonly HashSet<int> _endIds;
    private readonly List<int> _ids = [];
    private readonly StringBuilder _text = new();
    private readonly bool _ownsSequence;
    private readonly ReadOnlyMemory<int> _feed;
    private double _promptSeconds, _decodeSeconds;

    /// <param name="sequence">What the text is appended to.</param>
    /// <param name="ownsSequence">Whether the sequence ends with the text.</param>
    /// <param name="tokenizer">Turns ids into text; null where ids are all there is.</param>
    /// <param name="promptIds">The prompt as the caller gave it.</param>
    /// <param name="feed">What of it is still to be run; for encoder-decoders, the decoder's start.</param>
    /// <param name="tokens">Chooses the tokens.</param>
    /// <param name="rules">Say when to stop.</param>
    internal TextGeneration(Sequence sequence, bool ownsSequence, Tokenizer? tokenizer, int[] promptIds, ReadOnlyMemory<int> feed, TokenGenerator tokens, StopRules rules)
    {
        (_sequence, _ownsSequence, _tokens, _rules) = (sequence, ownsSequence, tokens, rules);
        (PromptIds, _feed) = (promptIds, feed);
        if (rules.MaxTokens == 0) FinishReason = Bloomery.FinishReason.Length;
        _decoder = tokenizer?.CreateStreamingDecoder(skipSpecial: true);
        _stops = new StopMatcher(rules.StopStrings);
        _endIds = [.. rules.EndIds];
    }

    /// <summary>The ids of the prompt.</summary>
    public int[] PromptIds { get; }

    /// <summary>The ids generated so far.</summary>
    public IReadOnlyList<int> Ids => _ids;

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Why the text ended; null while it goes on.</summary>
    public FinishReason? FinishReason { get; private set; }

    /// <summary>The most likely tokens at the last step, if asked for.</summary>
    public ReadOnlySpan<TokenAlternative> Alternatives => _tokens.Alternatives;

    /// <summary>The text with its figures; once it has ended.</summary>
    public GenerationResult Result => new(Text, [.. _ids], PromptIds, FinishReason ?? Bloomery.FinishReason.Cancelled, _promptSeconds, _decodeSeconds);

    /// <summary>Makes one step; false when the text has ended.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the step may be taken again.</exception>
    public bool MoveNext(out TextPiece piece, CancellationToken cancellation = default)
    {
        piece = default;
        if (FinishReason is not null) return false;
        long begin = Stopwatch.GetTimestamp();
        bool first = _ids.Count == 0;
        TokenChoice choice = first ? _tokens.Start(_feed.Span, cancellation) : _tokens.Next(cancellation);
        if (first) _promptSeconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        else _decodeSeconds += Stopwatch.GetElapsedTime(begin).TotalSeconds;

        _ids.Add(choice.Id);
        FinishReason = _tokens.FinishReason;
        bool ended = FinishReason == Bloomery.FinishReason.Stop && _endIds.Contains(choice.Id);
        string released = ended ? "" : _decoder?.Push(choice.Id) ?? "";
        if (FinishReason is not null) released += _decoder?.Finish();
        string text = _stops.Push(released, _rules.StringsCount(_ids.Count));
        if (_stops.Stopped) FinishReason = Bloomery.FinishReason.Stop;
        else if (FinishReason is not null) text += _stops.Flush();
        _text.Append(text);
        piece = new TextPiece(text, choice, FinishReason);
        return true;
    }

    /// <summary>Gives up: what has been held back is lost.</summary>
    public void Cancel() => FinishReason ??= Bloomery.FinishReason.Cancelled;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsSequence) _sequence.Dispose();
    }
}
