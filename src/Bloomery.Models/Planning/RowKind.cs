namespace Bloomery.Models.Planning;

/// <summary>What the rows of a <see cref="Value"/> stand for; their number is known when a batch is run.</summary>
internal enum RowKind
{
    /// <summary>One row for each token of the batch.</summary>
    Tokens,

    /// <summary>One row for each token whose output is wanted.</summary>
    Wanted,
}
