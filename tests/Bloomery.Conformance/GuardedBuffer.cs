using System.Runtime.CompilerServices;

namespace Bloomery.Conformance;

/// <summary>Memory between two pages that must not be touched: a kernel that reads or writes outside its span ends the test run.</summary>
internal sealed unsafe class GuardedBuffer<T> : IDisposable where T : unmanaged
{
    private readonly byte* _base;
    private readonly nuint _bytes;
    private readonly T* _data;
    private readonly int _count;

    /// <summary>Makes room for <paramref name="count"/> elements that end at the guard page (<paramref name="atEnd"/>) or begin after one.</summary>
    public GuardedBuffer(int count, bool atEnd)
    {
        nuint page = (nuint)Environment.SystemPageSize, size = (nuint)count * (nuint)Unsafe.SizeOf<T>();
        nuint inner = (size + page - 1) / page * page;
        _count = count;
        _bytes = inner + 2 * page;
        _base = GuardPages.Map(_bytes);
        GuardPages.Forbid(_base, page);
        GuardPages.Forbid(_base + page + inner, page);
        _data = (T*)(_base + page + (atEnd ? inner - size : 0));
    }

    /// <summary>The elements.</summary>
    public Span<T> Span => new(_data, _count);

    /// <summary>A guarded copy.</summary>
    public static GuardedBuffer<T> Of(ReadOnlySpan<T> values, bool atEnd)
    {
        GuardedBuffer<T> buffer = new(values.Length, atEnd);
        values.CopyTo(buffer.Span);
        return buffer;
    }

    public void Dispose() => GuardPages.Free(_base, _bytes);
}
