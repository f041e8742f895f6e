namespace Bloomery.Engine.Sampling;

/// <summary>
/// One change to the logits before a token is drawn: a penalty, a mask, a truncation. One file and one <c>[Key]</c> each;
/// <c>docs/adding-a-sampler.md</c> walks through one.
/// </summary>
/// <remarks>
/// A keyed step has a public constructor that takes <see cref="SamplingOptions"/> and picks its own parameters.
/// Steps read the history they are given and keep no state of their own, so a step of the engine can be undone; the few
/// that must (mirostat, a grammar) change it in <see cref="Commit"/> only.
/// </remarks>
internal abstract class LogitStep
{
    /// <summary>Where in the chain the step stands; steps of one stage run in the order of their keys.</summary>
    public abstract SamplingStage Stage { get; }

    /// <summary>True when the parameters make the step do nothing: the chain then leaves it out, so it costs nothing.</summary>
    public abstract bool IsNeutral { get; }

    /// <summary>Changes <paramref name="logits"/> in place; negative infinity removes a token.</summary>
    /// <param name="logits">
    /// (vocabulary), indexed by token id, up to and including <see cref="SamplingStage.Temperature"/>; in later stages only
    /// the tokens that are left, in id order, so that an index is no longer an id.
    /// </param>
    public abstract void Apply(Span<float> logits, in SampleContext context);

    /// <summary>Told once when a token has been accepted for good, for steps that carry state from token to token.</summary>
    public virtual void Commit(in TokenChoice choice) { }
}
