namespace Bloomery.Models.Weights;

/// <summary>
/// What an architecture declares about one weight tensor: its canonical name, its shape once loaded, and the stored tensors that it is made of.
/// </summary>
internal sealed record WeightEntry
{
    /// <summary>Canonical name with suffix: <c>blk.0.attn_q.weight</c>.</summary>
    public required string Target { get; init; }

    /// <summary>(n) or (rows, columns).</summary>
    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>The configuration key that says how many rows there are, for messages; or null.</summary>
    public string? RowsKey { get; init; }

    /// <summary>Stored tensors whose rows follow one another; each with its possible full names.</summary>
    public required IReadOnlyList<WeightPart> Parts { get; init; }

    /// <summary>Whether it may be absent.</summary>
    public bool Optional { get; init; }

    /// <summary>A canonical name that serves where this one is absent (a tied head).</summary>
    public string? TiedTo { get; init; }

    /// <summary>Added to every element (Gemma's and Nemotron's gains are stored as w and used as 1 + w).</summary>
    public float Plus { get; init; }

    /// <summary>Number of equal matrices stacked along the rows: experts, or heads.</summary>
    public int Stack { get; init; } = 1;
}

/// <summary>One stored tensor of a <see cref="WeightEntry"/>.</summary>
/// <param name="Names">Full names under which it may be stored.</param>
/// <param name="Rows">Rows to take; null: all.</param>
/// <param name="Transposed">Stored as (inputs, outputs).</param>
/// <param name="FirstInput">See <see cref="WeightSource"/>.</param>
internal sealed record WeightPart(IReadOnlyList<string> Names, RowSelection? Rows, bool Transposed, int? FirstInput = null);
