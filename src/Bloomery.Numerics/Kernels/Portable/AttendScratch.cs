namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Where the parts of attention's scratch memory lie, in floats.</summary>
internal readonly struct AttendScratch
{
    public AttendScratch(int rows, int keyDim, int valueDim, int slots, int lanes)
    {
        checked
        {
            Slots = Padded(slots, lanes);
            ValueStride = Padded(valueDim, lanes);
            Keys = Slots;
            KeyRows = Keys + keyDim * Slots;
            Values = KeyRows + Slots * keyDim;
            Scores = Values + Slots * ValueStride;
            Edge = Scores + rows * Slots;
            Floats = Edge + rows * lanes;
        }
    }

    /// <summary>(slots) each slot's position less the origin.</summary>
    public int Positions => 0;

    /// <summary>(keyDim, slots)</summary>
    public int Keys { get; }

    /// <summary>(slots, keyDim)</summary>
    public int KeyRows { get; }

    /// <summary>(slots, ValueStride)</summary>
    public int Values { get; }

    /// <summary>(rows, slots)</summary>
    public int Scores { get; }

    /// <summary>(rows, lanes)</summary>
    public int Edge { get; }

    /// <summary>Slots, padded to whole tiles of lanes.</summary>
    public int Slots { get; }

    /// <summary>Elements of a value, padded likewise.</summary>
    public int ValueStride { get; }

    /// <summary>All of it.</summary>
    public int Floats { get; }

    private static int Padded(int n, int lanes) => checked(n + lanes - 1) / lanes * lanes;
}
