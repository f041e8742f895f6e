namespace Bloomery.Engine.BeamSearch;

/// <summary>The model that a beam search drives: it keeps one continuation per beam and can let one go on from another's.</summary>
internal interface IBeamModel
{
    /// <summary>The number of logits in a row.</summary>
    int Vocabulary { get; }

    /// <summary>Reads the prompt, as the only beam.</summary>
    /// <param name="logits">(vocabulary), written: for the token after the prompt.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    void Start(ReadOnlySpan<int> prompt, Span<float> logits, CancellationToken cancellation);

    /// <summary>Replaces all beams: beam i goes on from what was beam <c>parents[i]</c> with <c>tokens[i]</c>.</summary>
    /// <param name="parents">(beams); several may share a parent, and some parents may have no successor.</param>
    /// <param name="tokens">(beams).</param>
    /// <param name="logits">(beams, vocabulary), written: for the token after.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens, Span<float> logits, CancellationToken cancellation);
}
