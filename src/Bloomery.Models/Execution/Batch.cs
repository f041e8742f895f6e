using System.Diagnostics;
using Bloomery.Models.KvCache;

namespace Bloomery.Models.Execution;

/// <summary>
/// What one run works on: token rows of one or more sequences, with positions, caches and the rows whose output is wanted. Reused from step to step, so
/// that a step allocates nothing.
/// </summary>
internal sealed class Batch
{
    private int[] _tokens = [], _positions = [], _types = [], _wanted = [], _vectorOf = [];
    private BatchSequence[] _sequences = [];
    private float[] _vectors = [];
    private int _vectorLength;

    /// <summary>Number of token rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Number of sequences.</summary>
    public int SequenceCount { get; private set; }

    /// <summary>Number of wanted rows.</summary>
    public int WantedCount { get; private set; }

    /// <summary>(Rows) token ids; -1 where a vector takes the token's place.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Rows);

    /// <summary>(Rows) positions, counted from the first real token of each sequence.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Rows);

    /// <summary>(Rows) token types (BERT's segments).</summary>
    public ReadOnlySpan<int> TokenTypes => _types.AsSpan(0, Rows);

    /// <summary>(WantedCount) indices of the rows whose output is wanted.</summary>
    public ReadOnlySpan<int> Wanted => _wanted.AsSpan(0, WantedCount);

    /// <summary>The sequences, each a range of rows.</summary>
    public ReadOnlySpan<BatchSequence> Sequences => _sequences.AsSpan(0, SequenceCount);

    /// <summary>Begins anew, and lets go of the caches.</summary>
    public void Clear()
    {
        Array.Clear(_sequences, 0, SequenceCount);
        (Rows, SequenceCount, WantedCount, _vectorLength) = (0, 0, 0, 0);
    }

    /// <summary>Opens a sequence; the rows added next belong to it.</summary>
    /// <param name="store">Its self-attention cache, or null if the model has none.</param>
    /// <param name="cross">Its cross-attention cache: written by an encoder, read by a decoder.</param>
    /// <param name="ropeLength">Longest position + 1 that is expected: what length-dependent rotary frequencies go by. 0: the longest in this batch.</param>
    public void BeginSequence(KvStore? store, KvStore? cross = null, int ropeLength = 0)
    {
        Debug.Assert(SequenceCount == 0 || _sequences[SequenceCount - 1].RowCount > 0, "the sequence before has no rows");
        Grow(ref _sequences, SequenceCount + 1);
        _sequences[SequenceCount++] = new BatchSequence(store, cross, Rows, 0, ropeLength);
    }

    /// <summary>Adds a token to the open sequence.</summary>
    public void Add(int token, int position, bool wanted, int tokenType = 0)
    {
        Debug.Assert(SequenceCount > 0, "a row belongs to a sequence");
        Grow(ref _tokens, Rows + 1);
        Grow(ref _positions, Rows + 1);
        Grow(ref _types, Rows + 1);
        Grow(ref _vectorOf, Rows + 1);
        (_tokens[Rows], _positions[Rows], _types[Rows], _vectorOf[Rows]) = (token, position, tokenType, -1);
        if (wanted)
        {
            Grow(ref _wanted, WantedCount + 1);
            _wanted[WantedCount++] = Rows;
        }
        Rows++;
        ref BatchSequence open = ref _sequences[SequenceCount - 1];
        open = open with { RowCount = Rows - open.RowBegin };
    }

    /// <summary>Adds a vector that takes the place of a word-embedding row (a soft prompt).</summary>
    /// <param name="vector">(hidden)</param>
    /// <param name="position">Its position.</param>
    /// <param name="wanted">Whether its output is wanted.</param>
    public void AddVector(ReadOnlySpan<float> vector, int position, bool wanted)
    {
        Add(-1, position, wanted);
        Grow(ref _vectors, _vectorLength + vector.Length);
        vector.CopyTo(_vectors.AsSpan(_vectorLength));
        _vectorOf[Rows - 1] = _vectorLength;
        _vectorLength += vector.Length;
    }

    /// <summary>The vector of a row whose token is -1.</summary>
    internal ReadOnlySpan<float> Vector(int row, int length) => _vectors.AsSpan(_vectorOf[row], length);

    private static void Grow<T>(ref T[] array, int size)
    {
        if (array.Length < size) Array.Resize(ref array, Math.Max(size, array.Length * 2));
    }
}

/// <summary>The rows of one sequence in a <see cref="Batch"/>.</summary>
/// <param name="Store">Its self-attention cache.</param>
/// <param name="Cross">Its cross-attention cache.</param>
/// <param name="RowBegin">Its first row.</param>
/// <param name="RowCount">Its number of rows.</param>
/// <param name="RopeLength">Longest position + 1 that is expected, or 0.</param>
internal readonly record struct BatchSequence(KvStore? Store, KvStore? Cross, int RowBegin, int RowCount, int RopeLength);
