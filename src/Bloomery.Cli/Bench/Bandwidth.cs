using System.Diagnostics;
using System.Numerics.Tensors;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Threading;

namespace Bloomery.Cli.Bench;

/// <summary>Measures how fast memory can be read: what bounds decoding, which reads every weight once a token.</summary>
internal sealed class Bandwidth : IRangeJob
{
    private const int ChunkBytes = 1 << 20;
    private readonly NativeBuffer _buffer;
    private readonly ulong[] _sums;

    private Bandwidth(NativeBuffer buffer, int threads) => (_buffer, _sums) = (buffer, new ulong[threads * 16]);

    /// <summary>Bytes per second read by <paramref name="threads"/> threads: the best of three passes over more than the caches hold.</summary>
    public static double Measure(int threads, int megabytes = 256)
    {
        using var buffer = new NativeBuffer("bandwidth measurement", (long)megabytes << 20);
        using var team = new WorkerTeam(threads);
        for (long at = 0; at < buffer.ByteLength; at += ChunkBytes) buffer.Span<byte>(at, ChunkBytes).Fill(1);
        var job = new Bandwidth(buffer, threads);
        double best = 0;
        for (int pass = 0; pass < 4; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            team.Run(job, megabytes, 1);
            double rate = buffer.ByteLength / Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (pass > 0) best = Math.Max(best, rate);
        }
        return best;
    }

    /// <inheritdoc/>
    public void Run(int begin, int end, int worker)
    {
        for (int chunk = begin; chunk < end; chunk++)
            _sums[worker * 16] += TensorPrimitives.Sum<ulong>(_buffer.Span<ulong>((long)chunk * ChunkBytes, ChunkBytes / sizeof(ulong)));
    }
}
