using Bloomery.Numerics.Kernels;

namespace Bloomery.Conformance;

/// <summary>A row of attention has the same bits alone and among others, whatever its neighbours see.</summary>
public class AttentionInvariance
{
    private const int PageSlots = 128, Heads = 2;
    private static readonly int[] Windows = [1, 2, 5, 15, 16, 17, 31, 50, 64, 127, 128, 129, AttentionTile.Unbounded];

    private sealed record Kind(string Name, KvType Type = KvType.F32, int After = 1, bool Alibi = false, bool Round = false,
        float SoftCap = 0, int RelativeSpan = 0, bool Shuffled = false, bool Odd = false, int ValueDim = 32);

    private static readonly Kind[] Kinds =
    [
        new("plain"),
        new("f16, odd width", KvType.F16, ValueDim: 41),
        new("q8_0", KvType.Q8_0),
        new("bf16, ahead", KvType.BF16, After: 9),
        new("both ways", After: AttentionTile.Unbounded),
        new("alibi", Alibi: true),
        new("alibi, rounded", KvType.F16, Alibi: true, Round: true),
        new("soft cap", SoftCap: 4),
        new("relative bias", After: AttentionTile.Unbounded, RelativeSpan: 6),
        new("relative bias, soft cap, alibi", Alibi: true, SoftCap: 6, RelativeSpan: 3),
        new("shuffled slots", Shuffled: true),
        new("values that are no numbers", KvType.F16, Odd: true),
    ];

    public static TheoryData<string, string> Rows()
    {
        TheoryData<string, string> rows = [];
        foreach (string tier in Tiers.Names.Append("reference"))
            foreach (Kind kind in Kinds) rows.Add(tier, kind.Name);
        return rows;
    }

    [SkippableTheory, MemberData(nameof(Rows))]
    public void Alone_or_together(string tier, string name)
    {
        KernelSet kernels = tier == "reference" ? Tiers.Reference : Tiers.Get(tier);
        Kind kind = Kinds.Single(k => k.Name == name);
        int queries = tier == "reference" ? 6 : 24;
        foreach (int window in Windows)
            // In the first page, over its end, in the second.
            foreach (int first in tier == "reference" ? (int[])[118] : [0, 40, 118, 128, 197])
            {
                Text text = new(kind, window, first, queries);
                float[] together = text.Run(kernels, 0, queries, causalPages: false);
                foreach (int step in (int[])[1, 2, 3, 7, 12])
                    foreach (bool shortPages in (bool[])[false, true])
                    {
                        if (shortPages && (kind.Shuffled || kind.After > 1)) continue;
                        for (int from = 0; from < queries; from += step)
                        {
                            int count = Math.Min(step, queries - from), width = Heads * (kind.ValueDim + 1);
                            Numbers.Identical(together.AsSpan(from * width, count * width), text.Run(kernels, from, count, shortPages),
                                $"{tier}, {name}, window {window}, "
                                + $"queries {from} to {from + count} from {first} on{(shortPages ? ", later keys not there yet" : "")}");
                        }
                    }
            }
    }

    /// <summary>Keys and values of a text, and queries at its end.</summary>
    private sealed class Text
    {
        private const int KeyDim = 16;
        private readonly Kind _kind;
        private readonly int _window, _first;
        private readonly byte[] _keys, _values;
        private readonly int[] _positions;
        private readonly float[] _queries, _bias;

        public Text(Kind kind, int window, int first, int queries)
        {
            (_kind, _window, _first) = (kind, window, first);
            int tokens = first + queries, keyBytes = KvLayout.RowBytes(kind.Type, KeyDim), valueBytes = KvLayout.RowBytes(kind.Type, kind.ValueDim);
            (_keys, _values) = (new byte[tokens * keyBytes], new byte[tokens * valueBytes]);
            _positions = [.. Enumerable.Range(0, tokens)];
            if (kind.Shuffled) new Random(5).Shuffle(_positions);
            for (int i = 0; i < tokens; i++)
            {
                float[] value = Numbers.Normal(kind.ValueDim, 1000 + i);
                if (kind.Odd && i > first && i % 5 == 2)
                    value[i % kind.ValueDim] = (i % 3) switch { 0 => float.PositiveInfinity, 1 => float.NegativeInfinity, _ => float.NaN };
                Tiers.Reference.StoreKv(Numbers.Normal(KeyDim, 100 + i), kind.Type, _keys.AsSpan(i * keyBytes, keyBytes));
                Tiers.Reference.StoreKv(value, kind.Type, _values.AsSpan(i * valueBytes, valueBytes));
            }
            _queries = Numbers.Normal(queries * Heads * KeyDim, 7);
            _bias = kind.RelativeSpan > 0 ? Numbers.Normal(Heads * (2 * kind.RelativeSpan + 1), 8) : [];
        }

        /// <summary>(count, heads): the output, then the log-sum-exp, of some of the queries in one tile.</summary>
        public float[] Run(KernelSet kernels, int from, int count, bool causalPages)
        {
            int rows = count * Heads, tokens = causalPages ? _first + from + count : _positions.Length, dim = _kind.ValueDim;
            int keyBytes = KvLayout.RowBytes(_kind.Type, KeyDim), valueBytes = KvLayout.RowBytes(_kind.Type, dim);
            float[] output = new float[rows * dim], max = new float[rows];
            AttentionState state = new() { Output = output, Max = max, Sum = new float[rows] };
            state.Reset();
            AttentionTile tile = new()
            {
                Queries = _queries.AsSpan(from * Heads * KeyDim, rows * KeyDim),
                Positions = (int[])[.. Enumerable.Range(0, rows).Select(r => _first + from + r / Heads)],
                Slopes = _kind.Alibi ? (float[])[.. Enumerable.Range(0, rows).Select(r => r % Heads == 0 ? 0.5f : 0.0625f)] : [],
                RelativeBias = (float[])[.. Enumerable.Range(0, rows)
                    .SelectMany(r => _bias.Chunk(Math.Max(1, _bias.Length / Heads)).ElementAtOrDefault(r % Heads) ?? [])],
                RelativeSpan = _kind.RelativeSpan, KeyDim = KeyDim, ValueDim = dim, Scale = 0.25f,
                SoftCap = _kind.SoftCap, Before = _window, After = _kind.After, AlibiScale = 0.7f, RoundAlibi = _kind.Round,
            };
            float[] scratch = new float[kernels.AttendScratchFloats(rows, KeyDim, dim, PageSlots)];
            for (int begin = 0; begin < tokens; begin += PageSlots)
            {
                int slots = Math.Min(PageSlots, tokens - begin);
                KvPage page = new()
                {
                    Keys = _keys.AsSpan(begin * keyBytes, slots * keyBytes), Values = _values.AsSpan(begin * valueBytes, slots * valueBytes),
                    Positions = _positions.AsSpan(begin, slots), KeyType = _kind.Type, ValueType = _kind.Type,
                };
                kernels.Attend(tile, page, state, scratch);
            }
            kernels.FinishAttention(state, dim);
            return [.. Enumerable.Range(0, rows)
                .SelectMany(r => output[(r * dim)..((r + 1) * dim)].Append(max[r]))
                .Select(v => float.IsNaN(v) ? float.NaN : v)]; // a NaN has many bits
        }
    }
}
