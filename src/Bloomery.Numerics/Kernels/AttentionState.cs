namespace Bloomery.Numerics.Kernels;

/// <summary>
/// The running softmax of some query rows (FlashAttention, arXiv 2205.14135): partial results over page groups merge exactly. A borrowed view.
/// </summary>
internal readonly ref struct AttentionState
{
    /// <summary>(rows) largest score so far; -inf at the start.</summary>
    public required Span<float> Max { get; init; }

    /// <summary>(rows) sum of exp(score - Max); 0 at the start.</summary>
    public required Span<float> Sum { get; init; }

    /// <summary>(rows, valueDim) sum of exp(score - Max) * value; 0 at the start.</summary>
    public required Span<float> Output { get; init; }

    /// <summary>Prepares for the first page.</summary>
    public void Reset()
    {
        Max.Fill(float.NegativeInfinity);
        Sum.Clear();
        Output.Clear();
    }
}
