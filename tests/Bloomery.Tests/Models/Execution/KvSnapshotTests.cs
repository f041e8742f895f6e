using System.Buffers.Binary;
using System.Text;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Tests.Models.Execution;

/// <summary>What a cache is written as: only what the file has a place for.</summary>
public sealed class KvSnapshotTests
{
    private static readonly KvShape Shape = new([new KvLayerShape(2, 4, 4), new KvLayerShape(3, 4, 4)]);

    [Theory]
    [InlineData(0, 1)] // the second head of the first layer keeps other tokens
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    public void Heads_that_keep_other_tokens_are_refused(int layer, int head)
    {
        using UnevenStore store = new(layer, head);
        NotSupportedException e = Assert.Throws<NotSupportedException>(() => KvSnapshot.Of(store).ToArray());
        Assert.Contains($"layer {layer}, head {head}", e.Message, StringComparison.Ordinal);
        using UnevenStore even = new(-1, -1);
        Assert.Equal(1 + 2 * Shape.Layers.Count, KvSnapshot.Of(even).Count());
    }

    /// <summary>The file has holes: it takes no room where the system knows them.</summary>
    [SkippableTheory]
    [InlineData(1L << 31)]
    [InlineData((1L << 31) + 5)]
    public void More_positions_than_an_array_holds_are_refused_by_name(long positions)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "files have no holes by themselves here");
        string path = Path.GetTempFileName();
        try
        {
            long bytes = 4 * positions;
            byte[] header = Encoding.UTF8.GetBytes($$"""{"positions":{"dtype":"I32","shape":[{{positions}}],"data_offsets":[0,{{bytes}}] } }""");
            using (FileStream stream = File.Create(path))
            {
                byte[] length = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
                stream.Write(length);
                stream.Write(header);
                stream.SetLength(8 + header.Length + 4 * positions);
            }
            using SafetensorsFile file = SafetensorsFile.Open(path);
            using PagedKvStore store = new(Shape, KvType.F32, KvType.F32);
            ModelFormatException e = Assert.Throws<ModelFormatException>(() => KvSnapshot.Read(file, store, 1));
            Assert.Contains($"has {positions} positions", e.Message, StringComparison.Ordinal);
            Assert.Equal(0, store.Length);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Three tokens, but for one head, which keeps others.</summary>
    private sealed class UnevenStore(int layer, int head) : KvStore
    {
        private static readonly int[] Most = [0, 1, 2], Other = [0, 2, 3];

        public override KvShape Shape => KvSnapshotTests.Shape;

        public override KvType KeyType => KvType.F32;

        public override KvType ValueType => KvType.F32;

        public override int Length => 3;

        public override int PageSlots => 2;

        public override int PageCount(int layer, int head) => 2;

        public override KvPage Page(int l, int h, int page)
        {
            int[] positions = l == layer && h == head ? Other : Most;
            return new KvPage { Keys = [], Values = [], Positions = page == 0 ? positions.AsSpan(0, 2) : positions.AsSpan(2), KeyType = KeyType,
                ValueType = ValueType };
        }

        public override void Begin(ReadOnlySpan<int> positions) => throw new NotSupportedException();

        public override void Commit() => throw new NotSupportedException();

        public override void Rollback() => throw new NotSupportedException();

        public override void Truncate(int length) => throw new NotSupportedException();

        public override void CopyFrom(KvStore other) => throw new NotSupportedException();

        public override Span<byte> KeySlot(int layer, int head, int index) => throw new NotSupportedException();

        public override Span<byte> ValueSlot(int layer, int head, int index) => throw new NotSupportedException();

        public override void Dispose()
        {
        }
    }
}
