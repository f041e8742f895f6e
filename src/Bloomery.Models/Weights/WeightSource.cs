namespace Bloomery.Models.Weights;

/// <summary>Where a weight comes from: the tensor's name without <c>.weight</c>, and how it is read.</summary>
/// <param name="Name">Name within the layer or the model, without suffix.</param>
/// <param name="Rows">Rows to take, in order; null: all.</param>
/// <param name="Transposed">Stored as (inputs, outputs), as GPT-2's Conv1D.</param>
/// <param name="FirstInput">Transposed only: the stored row that is the first input, where only some of them are taken; null: all.</param>
internal sealed record WeightSource(string Name, RowSelection? Rows = null, bool Transposed = false, int? FirstInput = null)
{
    /// <summary>A tensor that is taken as it is.</summary>
    public static implicit operator WeightSource(string name) => new(name);
}
