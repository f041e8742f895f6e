using Bloomery.Numerics.Kernels;

namespace Bloomery.Conformance;

/// <summary>Attention over pages: every tier against the reference, and the reference against the formula over all keys at once.</summary>
public class AttentionConformance
{
    private sealed record Setup(string Name, int Rows, int KeyDim, int ValueDim, int[] Pages, KvType KeyType, KvType ValueType)
    {
        public int Before { get; init; } = AttentionTile.Unbounded;
        public int After { get; init; } = 1;
        public bool Alibi { get; init; }
        public bool RoundAlibi { get; init; }
        public float AlibiScale { get; init; } = 1;
        public int RelativeSpan { get; init; }
        public float SoftCap { get; init; }
        public bool Shuffled { get; init; }
        public int FirstQuery { get; init; } = -1;
    }

    private static readonly Setup[] Setups = [.. Make()];

    public static TheoryData<string, string> Rows()
    {
        TheoryData<string, string> rows = [];
        foreach (string tier in Tiers.Names.Append("reference"))
            foreach (Setup s in Setups) rows.Add(tier, s.Name);
        return rows;
    }

    [SkippableTheory, MemberData(nameof(Rows))]
    public void PagesMergeToTheWholeSoftmax(string tier, string name)
    {
        KernelSet kernels = tier == "reference" ? Tiers.Reference : Tiers.Get(tier);
        Setup s = Setups.Single(x => x.Name == name);
        Data d = new(s);
        (float[] expected, float[] logSums) = d.Formula();
        foreach (bool backwards in new[] { false, true })
        {
            (float[] output, float[] max) = d.Run(kernels, backwards);
            Numbers.Close(expected, output, 1e-5, 5e-6, $"{tier} {name}, backwards {backwards}, output");
            Numbers.Close(logSums, max, 1e-5, 1e-5, $"{tier} {name}, backwards {backwards}, log-sum-exp");
        }
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void StoredRowsAgree(string tier)
    {
        KernelSet kernels = Tiers.Get(tier);
        float[] specials = [0, -0f, 1e-8f, 3e-8f, 5.96e-8f, 6.1e-5f, 65504, 65519.996f, 65520, 1e10f, -1e10f, float.PositiveInfinity, float.NegativeInfinity,
            1.00048828125f, 1.0014648f, float.NaN];
        foreach (KvType type in Enum.GetValues<KvType>())
            foreach (int length in Tiers.Lengths.Append(-1))
            {
                float[] row = length < 0 ? specials : Numbers.Normal(length, length);
                if (type == KvType.Q8_0 && length < 0) row = [.. specials.Where(v => Math.Abs(v) < 1e4)];
                byte[] expected = new byte[KvLayout.RowBytes(type, row.Length)];
                Tiers.Reference.StoreKv(row, type, expected);
                using GuardedBuffer<float> source = GuardedBuffer<float>.Of(row, atEnd: true);
                using GuardedBuffer<byte> slot = new(expected.Length, atEnd: true);
                kernels.StoreKv(source.Span, type, slot.Span);
                Numbers.Close(Values(expected, type, row.Length), Values(slot.Span, type, row.Length), 0, 0, $"{tier} {type} row of {row.Length}");
            }
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void EveryHalfIsReadExactly(string tier)
    {
        // One key that is 1 at element 0 and 65536 values: the output is the value itself.
        KernelSet kernels = Tiers.Get(tier);
        const int Dim = 64;
        for (int first = 0; first < 65536; first += Dim)
        {
            byte[] values = new byte[2 * Dim];
            for (int i = 0; i < Dim; i++) BitConverter.TryWriteBytes(values.AsSpan(2 * i), (ushort)(first + i));
            float[] output = new float[Dim];
            AttentionState state = new() { Max = new float[1], Sum = new float[1], Output = output };
            state.Reset();
            AttentionTile tile = new() { Queries = new float[1], Positions = [0], KeyDim = 1, ValueDim = Dim, Scale = 1, Before = AttentionTile.Unbounded,
                After = 1, AlibiScale = 1 };
            KvPage page = new() { Keys = new byte[4], Values = values, Positions = [0], KeyType = KvType.F32, ValueType = KvType.F16 };
            kernels.Attend(tile, page, state, new float[kernels.AttendScratchFloats(1, 1, Dim, 1)]);
            for (int i = 0; i < Dim; i++)
                Assert.True(output[i].Equals((float)BitConverter.UInt16BitsToHalf((ushort)(first + i))),
                    $"{tier}: half {first + i:x4} is read as {output[i]:R}");
        }
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void RowsThatSeeNothingGiveZeros(string tier)
    {
        foreach (KernelSet kernels in new[] { Tiers.Get(tier), Tiers.Reference })
        {
            float[] output = new float[2 * 8], max = new float[2], sum = new float[2];
            AttentionState state = new() { Max = max, Sum = sum, Output = output };
            state.Reset();
            // Row 0 at position 3 sees neither key (positions 4 and 5); row 1 at position 4 sees the first. Slot 2 is seen by nobody and holds NaN.
            byte[] bytes = new byte[3 * 32];
            for (int i = 0; i < 24; i++) BitConverter.TryWriteBytes(bytes.AsSpan(4 * i), i >= 16 ? float.NaN : i + 1f);
            AttentionTile tile = new() { Queries = Numbers.Normal(16, 1), Positions = [3, 4], KeyDim = 8, ValueDim = 8, Scale = 1,
                Before = AttentionTile.Unbounded, After = 1, AlibiScale = 1 };
            KvPage page = new() { Keys = bytes, Values = bytes, Positions = [4, 5, 9], KeyType = KvType.F32, ValueType = KvType.F32 };
            kernels.Attend(tile, page, state, new float[kernels.AttendScratchFloats(2, 8, 8, 3)]);
            kernels.FinishAttention(state, 8);
            Assert.Equal(new float[8], output[..8]);
            Assert.Equal(float.NegativeInfinity, max[0]);
            Assert.Equal([1f, 2, 3, 4, 5, 6, 7, 8], output[8..]);
        }
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void WrongSizesAreRefused(string tier)
    {
        foreach (KernelSet kernels in new[] { Tiers.Get(tier), Tiers.Reference })
        {
            void Refused(int queries = 8, int keys = 64, int values = 64, int max = 2, int output = 8, int slopes = 0)
            {
                Assert.ThrowsAny<ArgumentException>(() =>
                {
                    AttentionState state = new() { Max = new float[max], Sum = new float[2], Output = new float[output] };
                    AttentionTile tile = new() { Queries = new float[queries], Positions = [3, 4], Slopes = new float[slopes], KeyDim = 4, ValueDim = 4,
                        Scale = 1, Before = 9, After = 1, AlibiScale = 1 };
                    KvPage page = new() { Keys = new byte[keys], Values = new byte[values], Positions = [0, 1, 2, 3], KeyType = KvType.F32,
                        ValueType = KvType.F32 };
                    kernels.Attend(tile, page, state, new float[100_000]);
                });
            }
            Refused(queries: 7);
            Refused(keys: 63);
            Refused(values: 60);
            Refused(max: 1);
            Refused(output: 9);
            Refused(slopes: 1);
        }
    }

    private static float[] Values(ReadOnlySpan<byte> slot, KvType type, int dim)
    {
        float[] values = new float[dim];
        for (int i = 0; i < dim; i++) values[i] = Numerics.Kernels.Reference.KvRow.Load(slot, type, i);
        return values;
    }

    private static IEnumerable<Setup> Make()
    {
        foreach (KvType key in Enum.GetValues<KvType>())
            foreach (KvType value in Enum.GetValues<KvType>())
                yield return new($"{key} keys, {value} values", 3, 64, 64, [16, 16, 5], key, value);
        foreach (int dim in new[] { 1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 65, 80, 128 })
        {
            yield return new($"key dim {dim}", 4, dim, 32, [16, 3], KvType.F16, KvType.F32);
            yield return new($"value dim {dim}", 5, 32, dim, [16, 3], KvType.Q8_0, KvType.Q8_0);
        }
        foreach (int slots in new[] { 1, 2, 15, 17, 31, 32, 33, 64, 100 })
            yield return new($"{slots} slots", 2, 16, 16, [slots, 1, slots], KvType.F32, KvType.BF16);
        foreach (int rows in new[] { 1, 2, 11, 12, 13, 25, 48 })
            yield return new($"{rows} rows", rows, 64, 48, [16, 16, 16, 16], KvType.F16, KvType.F16);
        Setup s = new("base", 9, 32, 32, [16, 16, 16, 7], KvType.F32, KvType.F16);
        yield return s with { Name = "window 5", Before = 5 };
        yield return s with { Name = "window 1", Before = 1 };
        yield return s with { Name = "all visible", After = AttentionTile.Unbounded };
        yield return s with { Name = "window ahead and back", After = 4, Before = 7 };
        yield return s with { Name = "shuffled slots", Shuffled = true };
        yield return s with { Name = "shuffled slots, window", Shuffled = true, Before = 9 };
        yield return s with { Name = "queries before most keys", FirstQuery = 3 };
        yield return s with { Name = "queries before all keys", FirstQuery = -100 };
        yield return s with { Name = "alibi", Alibi = true };
        yield return s with { Name = "alibi, window", Alibi = true, Before = 12, Shuffled = true };
        yield return s with { Name = "alibi, rounded and scaled", Alibi = true, RoundAlibi = true, AlibiScale = 0.17f };
        yield return s with { Name = "relative bias", RelativeSpan = 4, After = AttentionTile.Unbounded };
        yield return s with { Name = "relative bias, causal, cap", RelativeSpan = 1, SoftCap = 3 };
        yield return s with { Name = "soft cap", SoftCap = 5 };
        yield return s with { Name = "soft cap, alibi", SoftCap = 5, Alibi = true };
    }

    /// <summary>Random inputs for a setup.</summary>
    private sealed class Data
    {
        private readonly Setup _s;
        private readonly float[] _queries, _slopes, _bias;
        private readonly int[] _queryPositions;
        private readonly List<(byte[] Keys, byte[] Values, int[] Positions)> _pages = [];

        public Data(Setup s)
        {
            _s = s;
            int total = s.Pages.Sum(), first = s.FirstQuery == -1 ? total - (s.Rows + 1) / 2 : s.FirstQuery;
            _queries = Numbers.Normal(s.Rows * s.KeyDim, 1);
            _queryPositions = [.. Enumerable.Range(0, s.Rows).Select(r => first + r / 2)]; // two heads a token
            _slopes = s.Alibi ? [.. Enumerable.Range(0, s.Rows).Select(r => MathF.Pow(2, -1 - r % 4))] : [];
            _bias = s.RelativeSpan > 0 ? Numbers.Normal(s.Rows * (2 * s.RelativeSpan + 1), 2) : [];
            int[] positions = [.. Enumerable.Range(0, total)];
            if (s.Shuffled) new Random(3).Shuffle(positions);
            int next = 0, keyBytes = KvLayout.RowBytes(s.KeyType, s.KeyDim), valueBytes = KvLayout.RowBytes(s.ValueType, s.ValueDim);
            foreach (int slots in s.Pages)
            {
                byte[] keys = new byte[slots * keyBytes], values = new byte[slots * valueBytes];
                for (int i = 0; i < slots; i++)
                {
                    Tiers.Reference.StoreKv(Numbers.Normal(s.KeyDim, 100 + next + i), s.KeyType, keys.AsSpan(i * keyBytes, keyBytes));
                    Tiers.Reference.StoreKv(Numbers.Normal(s.ValueDim, 1000 + next + i), s.ValueType, values.AsSpan(i * valueBytes, valueBytes));
                }
                _pages.Add((keys, values, positions[next..(next + slots)]));
                next += slots;
            }
        }

        /// <summary>Page by page through kernels, every buffer between guard pages.</summary>
        public (float[] Output, float[] LogSums) Run(KernelSet kernels, bool backwards)
        {
            using GuardedBuffer<float> output = new(_s.Rows * _s.ValueDim, true), max = new(_s.Rows, true), sum = new(_s.Rows, true),
                queries = GuardedBuffer<float>.Of(_queries, true);
            using GuardedBuffer<float> slopes = GuardedBuffer<float>.Of(_slopes, true), bias = GuardedBuffer<float>.Of(_bias, true);
            AttentionState state = new() { Output = output.Span, Max = max.Span, Sum = sum.Span };
            state.Reset();
            AttentionTile tile = new()
            {
                Queries = queries.Span, Positions = _queryPositions, Slopes = slopes.Span, RelativeBias = bias.Span, RelativeSpan = _s.RelativeSpan,
                KeyDim = _s.KeyDim, ValueDim = _s.ValueDim,
                Scale = Scale, SoftCap = _s.SoftCap, Before = _s.Before, After = _s.After, AlibiScale = _s.AlibiScale, RoundAlibi = _s.RoundAlibi,
            };
            foreach ((byte[] k, byte[] v, int[] positions) in backwards ? Enumerable.Reverse(_pages) : _pages)
            {
                using GuardedBuffer<byte> keys = GuardedBuffer<byte>.Of(k, true), values = GuardedBuffer<byte>.Of(v, true);
                using GuardedBuffer<float> scratch = new(kernels.AttendScratchFloats(_s.Rows, _s.KeyDim, _s.ValueDim, positions.Length), true);
                scratch.Span.Fill(float.NaN);
                KvPage page = new() { Keys = keys.Span, Values = values.Span, Positions = positions, KeyType = _s.KeyType, ValueType = _s.ValueType };
                kernels.Attend(tile, page, state, scratch.Span);
            }
            kernels.FinishAttention(state, _s.ValueDim);
            return ([.. output.Span], [.. max.Span]);
        }

        /// <summary>softmax(scores) * values over all keys at once, in double precision.</summary>
        public (float[] Output, float[] LogSums) Formula()
        {
            float[] output = new float[_s.Rows * _s.ValueDim], logSums = new float[_s.Rows];
            for (int r = 0; r < _s.Rows; r++)
            {
                List<(double Score, float[] Value)> seen = [];
                foreach ((byte[] keys, byte[] values, int[] positions) in _pages)
                    for (int i = 0; i < positions.Length; i++)
                    {
                        int distance = positions[i] - _queryPositions[r];
                        if (distance <= -_s.Before || distance >= _s.After) continue;
                        int keyBytes = keys.Length / positions.Length, valueBytes = values.Length / positions.Length;
                        float[] key = Values(keys.AsSpan(i * keyBytes, keyBytes), _s.KeyType, _s.KeyDim);
                        seen.Add((Score(r, key, positions[i], distance), Values(values.AsSpan(i * valueBytes, valueBytes), _s.ValueType, _s.ValueDim)));
                    }
                logSums[r] = float.NegativeInfinity;
                if (seen.Count == 0) continue;
                double max = seen.Max(x => x.Score), sum = seen.Sum(x => Math.Exp(x.Score - max));
                logSums[r] = (float)(max + Math.Log(sum));
                for (int j = 0; j < _s.ValueDim; j++) output[r * _s.ValueDim + j] = (float)(seen.Sum(x => Math.Exp(x.Score - max) * x.Value[j]) / sum);
            }
            return (output, logSums);
        }

        private float Scale => 1 / MathF.Sqrt(_s.KeyDim);

        private double Score(int row, float[] key, int position, int distance)
        {
            double score = 0;
            for (int i = 0; i < key.Length; i++) score += (double)_queries[row * key.Length + i] * key[i];
            score *= Scale;
            if (_s.Alibi)
            {
                float alibi = _slopes[row] * position;
                if (_s.RoundAlibi)
                    alibi = BitConverter.Int32BitsToSingle((int)Math.Round(BitConverter.SingleToInt32Bits(alibi) / 65536.0, MidpointRounding.ToEven) << 16);
                score += alibi * (double)_s.AlibiScale;
            }
            if (_s.RelativeSpan > 0)
                score += _bias[row * (2 * _s.RelativeSpan + 1) + _s.RelativeSpan + Math.Clamp(distance, -_s.RelativeSpan, _s.RelativeSpan)];
            return _s.SoftCap > 0 ? _s.SoftCap * Math.Tanh(score / _s.SoftCap) : score;
        }
    }
}
