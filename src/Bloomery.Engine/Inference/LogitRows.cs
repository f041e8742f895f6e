using System.Runtime.InteropServices;
using Bloomery.Models.Planning;

namespace Bloomery.Engine.Inference;

/// <summary>
/// The logits of many inputs to a decoder, computed when they are asked for: short inputs together, a long one row by row. Memory does not grow with
/// their number, nor with their length.
/// </summary>
internal sealed class LogitRows(Runtime runtime, IReadOnlyList<ForwardRow> rows, ReadOnlyMemory<float> softPrompt = default)
{
    private readonly Dictionary<int, float[]> _ready = [];
    private readonly HashSet<int> _written = [];

    /// <summary>The most logits that are kept: 256 MiB.</summary>
    public long MostKept { get; init; } = 1 << 26;

    /// <summary>Logits of a token.</summary>
    public int Columns { get; } = runtime.Executor(PlanRole.Decoder).Plan.Outputs["logits"].Columns;

    /// <summary>Writes the (tokens, columns) logits of input <paramref name="index"/>, zeros for masked tokens.</summary>
    /// <exception cref="ArgumentException">An id is outside the vocabulary, or an input does not fit the model.</exception>
    public void Write(int index, Stream stream, CancellationToken cancellation = default)
    {
        if (Size(index) > MostKept)
        {
            WriteByRow(index, stream, cancellation);
        }
        else
        {
            if (!_ready.ContainsKey(index)) RunGroup(index, cancellation);
            stream.Write(MemoryMarshal.AsBytes<float>(_ready[index]));
        }
        _ready.Remove(index);
        _written.Add(index);
    }

    private long Size(int index) => (long)rows[index].Ids.Length * Columns;

    /// <summary>Runs the input together with others that are still to come, as many as may be kept.</summary>
    private void RunGroup(int first, CancellationToken cancellation)
    {
        List<int> group = [first];
        long size = Size(first) + _ready.Values.Sum(logits => (long)logits.Length);
        for (int i = 0; i < rows.Count; i++)
        {
            if (i == first || _written.Contains(i) || _ready.ContainsKey(i) || size + Size(i) > MostKept) continue;
            group.Add(i);
            size += Size(i);
        }
        ForwardPass pass = new(runtime, new ForwardOptions { SoftPrompt = softPrompt });
        IReadOnlyList<ForwardResult> results = pass.Run([.. group.Select(i => rows[i])], cancellation);
        for (int i = 0; i < group.Count; i++) _ready[group[i]] = results[i].Logits!;
    }

    private void WriteByRow(int index, Stream stream, CancellationToken cancellation)
    {
        int next = 0;
        byte[] zeros = new byte[Columns * sizeof(float)];
        ForwardPass pass = new(runtime, new ForwardOptions { SoftPrompt = softPrompt })
        {
            OnLogits = (token, logits) => WriteRow(token, MemoryMarshal.AsBytes(logits)),
        };
        pass.Run([rows[index]], cancellation);
        for (; next < rows[index].Ids.Length; next++) stream.Write(zeros);

        void WriteRow(int token, ReadOnlySpan<byte> logits)
        {
            for (; next < token; next++) stream.Write(zeros);
            stream.Write(logits);
            next++;
        }
    }
}
