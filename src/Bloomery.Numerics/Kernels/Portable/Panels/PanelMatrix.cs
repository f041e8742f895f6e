using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>A weight matrix in panels of 16 rows, for kernels of one vector width: the only copy of the weights.</summary>
internal abstract unsafe class PanelMatrix(BlockFormat format, int rows, int columns) : Matrix(format, rows, columns), IDisposable
{
    /// <summary>Rows of a panel.</summary>
    public const int PanelRows = 16;

    /// <summary>Expands columns k to k + depth of the panel that begins at <paramref name="row"/> to (depth, 16) floats. Both are whole blocks.</summary>
    public abstract void Expand(int row, int k, int depth, float* panel);

    /// <summary>The product with one token: y[r] for the rows begin to end. The sums run as those of the expanded panels do.</summary>
    public abstract void MultiplyOne(float* x, float* y, int begin, int end);

    /// <summary>Frees the weights; of a slice, nothing.</summary>
    public abstract void Dispose();

    /// <summary>
    /// Packs <paramref name="weights"/>; null where their format has no panels, they are no whole number of panel blocks, or are packed already.
    /// </summary>
    public static PanelMatrix? Pack<TWidth, TVector>(Matrix weights) where TWidth : IWidth<TVector> where TVector : struct
    {
        if (weights is PanelMatrix || !Layouts.TryGetValue(weights.Format.Name, out Type? layout)) return null;
        Type type = typeof(PanelMatrix<,,>).MakeGenericType(layout, typeof(TWidth), typeof(TVector));
        int columns = (int)layout.GetProperty("Columns")!.GetValue(null)!;
        return weights.Columns % columns == 0 ? (PanelMatrix)Activator.CreateInstance(type, weights)! : null;
    }

    private static readonly SortedDictionary<string, Type> Layouts = KeyedTypes.Find(typeof(PanelMatrix).Assembly, typeof(IPanel<>));
}
