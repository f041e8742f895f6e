using System.Diagnostics;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;

namespace Bloomery;

/// <summary>
/// One text in the making, driven step by step. Each step takes a turn of the model, so that several texts, and everything else that
/// the model does, can go on side by side; a text that is left alone keeps nobody waiting.
/// </summary>
public sealed class TextGeneration : IDisposable
{
    private static readonly TextPiece NoPiece = new("", new TokenChoice(-1, float.NaN, 0), null);
    private readonly Turns _turns;
    private readonly TextAssembler _assembler;
    private readonly Func<CancellationToken, OpenedText> _open;
    private readonly Lock _step = new();
    private readonly CancellationTokenSource _disposal = new();
    private readonly Func<CancellationToken, TextPiece> _takeStep;
    private CancellationTokenSource? _link;
    private CancellationToken _linked;
    private OpenedText? _opened;
    private volatile bool _givenUp;
    private double _promptSeconds, _decodeSeconds;

    /// <param name="turns">The model's.</param>
    /// <param name="assembler">Makes text of tokens.</param>
    /// <param name="promptIds">The prompt as the caller gave it.</param>
    /// <param name="open">Makes what the first step needs; called within a turn.</param>
    internal TextGeneration(Turns turns, TextAssembler assembler, int[] promptIds, Func<CancellationToken, OpenedText> open) =>
        (_turns, _assembler, PromptIds, _open, _takeStep) = (turns, assembler, promptIds, open, Step);

    /// <summary>The ids of the prompt.</summary>
    public int[] PromptIds { get; }

    /// <summary>The ids generated so far.</summary>
    public IReadOnlyList<int> Ids => _assembler.Ids;

    /// <summary>The text so far.</summary>
    public string Text => _assembler.Text;

    /// <summary>Why the text ended; null while it goes on.</summary>
    public FinishReason? FinishReason => _assembler.FinishReason ?? (_givenUp ? Bloomery.FinishReason.Cancelled : null);

    /// <summary>The most likely tokens at the last step, if asked for.</summary>
    public ReadOnlySpan<TokenAlternative> Alternatives => _opened is null ? [] : _opened.Tokens.Alternatives;

    /// <summary>Tokens read and written so far.</summary>
    public TokenUsage Usage => new(PromptIds.Length, _opened?.Cached ?? 0, Ids.Count);

    /// <summary>The text with its figures, as far as it has come.</summary>
    public GenerationResult Result =>
        new(Text, [.. Ids], PromptIds, FinishReason ?? Bloomery.FinishReason.Cancelled, _promptSeconds, _decodeSeconds)
        {
            Usage = Usage,
            Warnings = _opened?.Cache?.Failure is { } failure ? [failure] : [],
        };

    /// <summary>What became of the file that keeps the prompt, or null.</summary>
    internal string? CacheRemark => _opened?.Cache?.Remark;

    /// <summary>Makes one step; false when the text has ended.</summary>
    /// <param name="piece">What the step brought; without a step, an empty text and token -1.</param>
    /// <param name="cancellation">Ends the step, and the waiting for a turn.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; the step may be taken again.</exception>
    /// <exception cref="ObjectDisposedException">The text or its model is disposed.</exception>
    public bool MoveNext(out TextPiece piece, CancellationToken cancellation = default)
    {
        lock (_step)
        {
            piece = NoPiece;
            ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, this);
            _turns.ThrowIfClosed();
            if (FinishReason is not null) return false;
            try
            {
                piece = _turns.RunLinked(_takeStep, Link(cancellation));
                return true;
            }
            catch (OperationCanceledException)
            {
                ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, this);
                throw new OperationCanceledException(cancellation);
            }
        }
    }

    /// <summary>Gives up: what has been held back is lost.</summary>
    public void Cancel() => _givenUp = true;

    /// <summary>Frees what the text holds; a step under way on another thread is cancelled.</summary>
    public void Dispose()
    {
        _givenUp = true;
        _disposal.Cancel();
        lock (_step)
        {
            _link?.Dispose();
            _link = null;
            if (_opened is { Owned: true, Sequence: var sequence }) sequence.Dispose();
        }
    }

    /// <summary>Makes all steps within a turn that the caller has taken already.</summary>
    /// <param name="onPiece">Told of each.</param>
    /// <param name="cancellation">Ends it.</param>
    internal GenerationResult RunToEnd(Action<TextPiece>? onPiece, CancellationToken cancellation)
    {
        lock (_step)
        {
            while (FinishReason is null)
            {
                TextPiece piece = Step(cancellation);
                onPiece?.Invoke(piece);
            }
            return Result;
        }
    }

    private TextPiece Step(CancellationToken cancellation)
    {
        try
        {
            long begin = Stopwatch.GetTimestamp();
            bool first = Ids.Count == 0;
            _opened ??= _open(cancellation);
            TokenChoice choice = first ? _opened.Tokens.Start(_opened.Feed.Span, cancellation) : _opened.Tokens.Next(cancellation);
            if (first) _promptSeconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            else _decodeSeconds += Stopwatch.GetElapsedTime(begin).TotalSeconds;
            if (first) _opened.Cache?.Keep(_opened.Sequence);
            string text = _assembler.Push(choice.Id, _opened.Tokens.FinishReason);
            return new TextPiece(text, choice, FinishReason)
            {
                Alternatives = Alternatives.IsEmpty ? [] : Alternatives.ToArray(),
                Usage = FinishReason is null ? null : Usage,
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _assembler.End(Bloomery.FinishReason.Failed); // half a step was made: another would not begin where this one did
            throw;
        }
    }

    /// <summary>A token that also says whether this text or its model is disposed; the same one for a caller that comes with the same token again.</summary>
    private CancellationToken Link(CancellationToken cancellation)
    {
        if (_link is null || _linked != cancellation)
        {
            _link?.Dispose();
            _link = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposal.Token, _turns.Closing);
            _linked = cancellation;
        }
        return _link.Token;
    }
}
