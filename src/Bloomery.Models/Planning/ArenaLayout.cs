namespace Bloomery.Models.Planning;

/// <summary>Where each activation of a plan lies in the arena: values whose lives do not overlap share room (first fit by liveness).</summary>
/// <remarks>Offsets are counted in columns, because the number of rows is known only when a batch is run: a value begins at offset * rows.</remarks>
internal sealed class ArenaLayout
{
    private readonly int[] _offsets;

    private ArenaLayout(int[] offsets, int tokenColumns, int wantedColumns) => (_offsets, TokenColumns, WantedColumns) = (offsets, tokenColumns, wantedColumns);

    /// <summary>Columns of the region whose rows are tokens.</summary>
    public int TokenColumns { get; }

    /// <summary>Columns of the region whose rows are wanted rows.</summary>
    public int WantedColumns { get; }

    /// <summary>The first column of a value in its region.</summary>
    public int Offset(Value value) => _offsets[value.Id];

    /// <summary>Finds a place for every value; <paramref name="kept"/> live to the end.</summary>
    internal static ArenaLayout Make(IReadOnlyList<Operation> operations, int valueCount, IEnumerable<Value> kept)
    {
        int[] born = new int[valueCount], dies = new int[valueCount];
        Value[] values = new Value[valueCount];
        for (int i = 0; i < operations.Count; i++)
        {
            foreach (Value v in operations[i].Outputs) (values[v.Id], born[v.Id], dies[v.Id]) = (v, i, i);
            foreach (Value v in operations[i].Inputs) dies[v.Id] = i;
        }
        foreach (Value v in kept) dies[v.Id] = operations.Count;

        int[] offsets = new int[valueCount];
        int[] regionSize = new int[2];
        List<Value> placed = [];
        foreach (Value v in values.OrderBy(v => born[v.Id]))
        {
            placed.RemoveAll(p => dies[p.Id] < born[v.Id]);
            int offset = 0;
            foreach (Value p in placed.Where(p => p.Rows == v.Rows).OrderBy(p => offsets[p.Id]))
            {
                if (offset + v.Columns <= offsets[p.Id]) break;
                offset = Math.Max(offset, offsets[p.Id] + p.Columns);
            }
            offsets[v.Id] = offset;
            placed.Add(v);
            regionSize[(int)v.Rows] = Math.Max(regionSize[(int)v.Rows], checked(offset + v.Columns));
        }
        return new ArenaLayout(offsets, regionSize[0], regionSize[1]);
    }
}
