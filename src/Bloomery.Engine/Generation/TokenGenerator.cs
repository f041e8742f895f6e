using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;
using Bloomery.Engine.Stopping;

namespace Bloomery.Engine.Generation;

/// <summary>Generates one sequence token by token: logits, chain, stop rules. Once built, a step allocates nothing.</summary>
internal sealed class TokenGenerator
{
    private readonly Sequence _sequence;
    private readonly LogitChain _chain;
    private readonly StopRules _rules;
    private readonly RandomStream _stream;
    private readonly SampleScratch _scratch;
    private readonly int[] _encoderIds;
    private readonly int[] _next = new int[1];
    private readonly TokenAlternative[] _alternatives;
    private int _promptLength;

    /// <summary>Prepares to continue <paramref name="sequence"/>.</summary>
    /// <param name="sequence">An empty sequence.</param>
    /// <param name="vocabulary">Columns of the logits.</param>
    /// <param name="options">How to sample.</param>
    /// <param name="rules">When to stop.</param>
    /// <param name="encoderIds">The encoder's input, for the penalties that look at it.</param>
    /// <param name="more">Steps of the chain that options cannot name.</param>
    public TokenGenerator(
        Sequence sequence, int vocabulary, SamplingOptions options, StopRules rules, int[]? encoderIds = null, params ReadOnlySpan<LogitStep> more)
    {
        _sequence = sequence;
        _chain = new LogitChain(options, more);
        _rules = rules;
        _stream = new RandomStream(options.Seed ?? (ulong)Random.Shared.NextInt64());
        _scratch = new SampleScratch(vocabulary);
        _encoderIds = encoderIds ?? [];
        _alternatives = new TokenAlternative[options.LogProbs ?? 0];
    }

    /// <summary>Why generation ended; null while it goes on.</summary>
    public FinishReason? FinishReason { get; private set; }

    /// <summary>Tokens generated so far.</summary>
    public int Generated => _sequence.Count - _promptLength + _pending;

    /// <summary>The most likely tokens at the last step, if asked for.</summary>
    public ReadOnlySpan<TokenAlternative> Alternatives => _alternatives;

    private int _pending;

    /// <summary>Runs the prompt and chooses the first token. A run that is cancelled may be begun again.</summary>
    public TokenChoice Start(ReadOnlySpan<int> prompt, CancellationToken cancellation = default)
    {
        ReadOnlySpan<float> logits = _sequence.Append(prompt, cancellation);
        _promptLength = _sequence.Count;
        return Choose(logits);
    }

    /// <summary>Feeds the last token and chooses the next. A step that is cancelled may be taken again.</summary>
    public TokenChoice Next(CancellationToken cancellation = default)
    {
        if (FinishReason is not null) throw new InvalidOperationException("the sequence has ended");
        ReadOnlySpan<float> logits = _sequence.Append(_next, cancellation);
        _pending = 0;
        return Choose(logits);
    }

    private TokenChoice Choose(ReadOnlySpan<float> logits)
    {
        ReadOnlySpan<int> history = _sequence.Ids;
        SampleContext context = new(history, _promptLength, _stream.At(history.Length - _promptLength), _scratch, _encoderIds);
        TokenChoice choice = _chain.Choose(logits, context, _alternatives);
        _chain.Commit(choice);
        _next[0] = choice.Id;
        _pending = 1;
        // The newest token takes a place in the context only when something follows it.
        FinishReason = _rules.After(choice.Id, Generated, _sequence.Room);
        return choice;
    }
}
