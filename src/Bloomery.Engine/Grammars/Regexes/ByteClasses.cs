namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>A partition of the bytes into classes that an expression does not tell apart.</summary>
internal sealed class ByteClasses
{
    private readonly byte[] _classOf = new byte[256];

    public int Count { get; private set; } = 1;

    public byte this[int value] => _classOf[value];

    /// <summary>One byte of each class.</summary>
    public byte[] Representatives()
    {
        var result = new byte[Count];
        for (int i = 255; i >= 0; i--) result[_classOf[i]] = (byte)i;
        return result;
    }

    /// <summary>Parts every class into what is in the set and what is not.</summary>
    public void Refine(ByteSet set)
    {
        if (Count == 256) return;
        Span<int> inside = stackalloc int[256];
        Span<int> outside = stackalloc int[256];
        inside.Fill(-1);
        outside.Fill(-1);
        int count = 0;
        for (int i = 0; i < 256; i++)
        {
            Span<int> side = set.Contains(i) ? inside : outside;
            int old = _classOf[i];
            if (side[old] < 0) side[old] = count++;
            _classOf[i] = (byte)side[old];
        }
        Count = count;
    }
}
