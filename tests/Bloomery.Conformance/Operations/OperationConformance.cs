using Bloomery.Models.Operations;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;
using static Bloomery.Conformance.Operations.Bench;

namespace Bloomery.Conformance.Operations;

/// <summary>Whole operations (gathering, dividing, scattering, and the kernels under them) on every tier against their formulas.</summary>
public class OperationConformance
{
    private const int Count = 6, Inner = 24; // experts, and their width

    /// <param name="Trace">What is run on the bench's input.</param>
    /// <param name="Expected">The rows that ought to come out.</param>
    private sealed record Case(Func<Bench, Func<Ops, Value, Value>> Trace, Func<Bench, IEnumerable<double[]>> Expected);

    private static readonly float[] Square = Numbers.Normal(Columns * Columns, 2, 0.2f), Wide = Numbers.Normal(3 * Columns * Columns, 3, 0.2f);
    private static readonly float[] Gain = Numbers.Normal(Columns, 4), Bias = Numbers.Normal(Columns, 5);
    private static readonly float[] Router = Numbers.Normal(Count * Columns, 6, 0.3f), Gates = Numbers.Normal(Count * Inner * Columns, 7, 0.3f);
    private static readonly float[] Ups = Numbers.Normal(Count * Inner * Columns, 8, 0.3f), Downs = Numbers.Normal(Count * Inner * Columns, 9, 0.3f);
    private static readonly float[] Table = Numbers.Normal(16 * Columns, 10);

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["linear"] = Each(b => (ops, x) => ops.Linear(x, b.Weight(Wide, Columns)), (b, row) => Formulas.Product(Wide, b.Input(row))),
        ["linear, scale and bias"] = Each(b => (ops, x) => ops.Linear(x, b.Weight(Square, Columns, "f32", Bias, [0.3f])),
            (b, row) => [.. Formulas.Product(Square, b.Input(row)).Select((v, i) => v * 0.3f + Bias[i])]),
        ["linear of wanted rows"] = new(b => (ops, x) => ops.Linear(ops.Select(x), b.Weight(Wide, Columns)),
            b => Wanted.Select(row => Formulas.Product(Wide, b.Input(row)))),
        ["head-linear"] = Each(b => (ops, x) => ops.HeadLinear(x, b.Stack(Wide[..(4 * 5 * 8)], 4, 8)),
            (b, row) => [.. b.Input(row).Chunk(8).SelectMany((head, h) => Formulas.Product(Wide[(h * 40)..((h + 1) * 40)], head))]),
        ["head-linear, one column"] = Each(b => (ops, x) => ops.HeadLinear(x, b.Stack(Wide[..(Columns * 3)], Columns, 1)),
            (b, row) => [.. b.Input(row).SelectMany((v, h) => Wide[(h * 3)..(h * 3 + 3)].Select(w => w * v))]),
        ["experts, softmax"] = Experts(new ExpertSpec { Experts = Count, Used = 2 }),
        ["experts, one"] = Experts(new ExpertSpec { Experts = Count, Used = 1, Scale = 2.5f }),
        ["experts, all, normalised"] = Experts(new ExpertSpec { Experts = Count, Used = Count, Normalize = true }),
        ["experts, sigmoid, groups, bias"] = Experts(new ExpertSpec
        {
            Experts = Count, Used = 2, Sigmoid = true, Normalize = true, NormalizeEpsilon = 1e-3f, Scale = 1.5f,
            Groups = 3, GroupsUsed = 2, GroupByTopTwo = true, SelectionBias = [0.3f, -0.2f, 0, 0.5f, -0.1f, 0.2f],
        }),
        ["experts, softmax, groups"] = Experts(new ExpertSpec { Experts = Count, Used = 3, Groups = 2, GroupsUsed = 1 }),
        ["experts, scaled matrices"] = Experts(new ExpertSpec { Experts = Count, Used = 3, Normalize = true }, [1, 2, 0.5f, 3, 1, 0.25f]),
        ["rotary"] = Rope(new Rotary(8, new RopeScaling()), 8, 10000),
        ["rotary, part of a head"] = Rope(new Rotary(6, new RopeScaling { Theta = 100 }), 16, 100),
        ["rotary, interleaved, with a factor"] = Rope(new Rotary(8, new RopeScaling { Theta = 50, AttentionFactor = 1.3 }, interleaved: true), 8, 50, 1.3),
        ["attention"] = Attends(new AttentionSpec { Heads = 4, KvHeads = 4, KeyDim = 8, ValueDim = 8, Scale = 0.4f }),
        ["attention, groups, window, cap"] = Attends(
            new AttentionSpec { Heads = 4, KvHeads = 2, KeyDim = 8, ValueDim = 8, Scale = 0.4f, Before = 2, SoftCap = 3 }),
        ["attention, one kv head, alibi"] = Attends(
            new AttentionSpec { Heads = 4, KvHeads = 1, KeyDim = 8, ValueDim = 8, Scale = 0.4f, Slopes = [0.5f, 0.25f, 0.125f, 0.0625f], AlibiScale = 0.7f }),
        ["attention both ways"] = Attends(
            new AttentionSpec { Heads = 2, KvHeads = 2, KeyDim = 16, ValueDim = 16, Scale = 0.25f, After = AttentionTile.Unbounded }),
        ["cross-attention"] = Attends(
            new AttentionSpec { Heads = 4, KvHeads = 4, KeyDim = 8, ValueDim = 8, Scale = 0.4f, After = AttentionTile.Unbounded }, cross: true),
        ["rms-norm"] = Each(_ => (ops, x) => ops.RmsNorm(x, new Weight("norm", null, Gain, null), 1e-3f),
            (b, row) => Formulas.RmsNorm(b.Input(row), Gain, 1e-3, Columns)),
        ["rms-norm by groups, one gain each"] = Each(_ => (ops, x) => ops.RmsNorm(x, new Weight("norm", null, Gain, null), 1e-3f, 8),
            (b, row) => Formulas.RmsNorm(b.Input(row), Gain, 1e-3, 8)),
        ["rms-norm by groups, shared gain"] = Each(_ => (ops, x) => ops.RmsNorm(x, new Weight("norm", null, Gain[..8], null), 1e-3f, 8),
            (b, row) => Formulas.RmsNorm(b.Input(row), Gain[..8], 1e-3, 8)),
        ["layer-norm"] = Each(_ => (ops, x) => ops.LayerNorm(x, new Weight("norm", null, Gain, Bias), 1e-3f),
            (b, row) => [.. Formulas.LayerNorm(b.Input(row), 1e-3, Columns).Select((v, i) => v * Gain[i] + Bias[i])]),
        ["layer-norm by groups, plain"] = Each(_ => (ops, x) => ops.LayerNorm(x, null, 1e-3f, 16), (b, row) => Formulas.LayerNorm(b.Input(row), 1e-3, 16)),
        ["concatenated heads"] = Each(_ => (ops, x) => ops.ConcatHeads(x, ops.Scale(x, 2), 4),
            (b, row) => [.. b.Input(row).Chunk(8).SelectMany(head => head.Concat(head.Select(v => v * 2)))]),
        ["add, scale, clamp, cap"] = Each(_ => (ops, x) => ops.SoftCap(ops.Clamp(ops.Add(x, ops.Scale(x, 0.5f)), 1.25f), 2),
            (b, row) => [.. b.Input(row).Select(v => 2 * Math.Tanh(Math.Clamp(v * 1.5, -1.25, 1.25) / 2))]),
        ["gate"] = Each(_ => (ops, x) => ops.Gate(x, ops.Scale(x, 3), Activation.Silu), (b, row) => [.. b.Input(row).Select(v => Formulas.Silu(v) * v * 3)]),
        ["activation"] = Each(_ => (ops, x) => ops.Activate(x, Activation.ReluSquared),
            (b, row) => [.. b.Input(row).Select(v => Math.Max(v, 0) * Math.Max(v, 0))]),
        ["rows times a sigmoid"] = Each(b => (ops, x) => ops.ScaleRows(x, ops.Linear(x, b.Weight(Router[..Columns], Columns))),
            (b, row) => [.. b.Input(row).Select(v => v * Formulas.Sigmoid(Formulas.Product(Router[..Columns], b.Input(row))[0]))]),
        ["positions"] = Each(b => (ops, x) => ops.Add(x, ops.EmbedPositions(b.Weight(Table, Columns), 2)), (b, row) => Plus(b.Input(row), Positions[row] + 2)),
        ["types"] = Each(b => (ops, x) => ops.Add(x, ops.EmbedTypes(b.Weight(Table, Columns))), (b, row) => Plus(b.Input(row), Types[row])),
        // Token 1 is padding: rows 1 and 3 of the first sequence.
        ["counted positions"] = Each(b => (ops, x) => ops.Add(x, ops.EmbedCountedPositions(b.Weight(Table, Columns), 1)),
            (b, row) => Plus(b.Input(row), (int[])[2, 1, 3, 1, 4, 2, 3, 4] is var counted ? counted[row] : 0)),
    };

    public static TheoryData<string, string> Rows()
    {
        TheoryData<string, string> rows = [];
        foreach (string tier in Tiers.Names.Append("reference"))
            foreach (string name in Cases.Keys) rows.Add(tier, name);
        return rows;
    }

    [SkippableTheory, MemberData(nameof(Rows))]
    public void Agrees_with_its_formula(string tier, string name)
    {
        using Bench bench = new(tier == "reference" ? Tiers.Reference : Tiers.Get(tier));
        float[] expected = [.. Cases[name].Expected(bench).SelectMany(row => row.Select(v => (float)v))];
        Numbers.Close(expected, bench.Run(Cases[name].Trace(bench)), 2e-5, 2e-5, $"{tier}, {name}");
    }

    /// <summary>A new operation needs its row.</summary>
    [Fact]
    public void Every_operation_has_a_row()
    {
        using Bench bench = new(Tiers.Reference);
        HashSet<Type> seen = [.. Cases.Values.SelectMany(c => bench.Plan(c.Trace(bench)).Operations.Select(operation => operation.GetType()))];
        Type[] missing = [.. typeof(Operation).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Operation)) && !type.IsAbstract && !seen.Contains(type))];
        Assert.Empty(missing);
        Assert.Contains(typeof(Experts), seen);
    }

    private static Case Each(Func<Bench, Func<Ops, Value, Value>> trace, Func<Bench, int, double[]> row) =>
        new(trace, bench => Enumerable.Range(0, Bench.Rows).Select(r => row(bench, r)));

    private static Case Rope(Rotary rotary, int headDim, double theta, double factor = 1) => Each(_ => (ops, x) => ops.Rope(x, rotary, headDim),
        (b, row) => Formulas.Rope(b.Input(row), headDim, rotary.Dimensions, theta, Positions[row], rotary.Interleaved, factor));

    private static Case Experts(ExpertSpec spec, float[]? scales = null)
    {
        float[][] Scaled(float[] stack) => [.. stack.Chunk(Inner * Columns).Select((matrix, e) => matrix.Select(w => w * (scales?[e] ?? 1)).ToArray())];
        return Each(b => (ops, x) => ops.Experts(x, ops.Linear(x, b.Weight(Router, Columns)), spec,
                b.Stack(Gates, Count, Columns, scales), b.Stack(Ups, Count, Columns, scales), b.Stack(Downs, Count, Inner, scales)),
            (b, row) => Formulas.Experts(b.Input(row), Router, spec, Scaled(Gates), Scaled(Ups), Scaled(Downs)));
    }

    private static Case Attends(AttentionSpec spec, bool cross = false)
    {
        int queries = spec.Heads * spec.KeyDim, keys = spec.KvHeads * spec.KeyDim, values = spec.KvHeads * spec.ValueDim;
        float[] q = Wide[..(queries * Columns)], k = Square[..(keys * Columns)], v = Wide[^(values * Columns)..];
        return new Case(b => (ops, x) =>
        {
            Value query = ops.Linear(x, b.Weight(q, Columns)), key = ops.Linear(x, b.Weight(k, Columns)), value = ops.Linear(x, b.Weight(v, Columns));
            if (!cross) return ops.Attention(query, key, value, spec);
            ops.StoreCross(key, value, spec);
            return ops.CrossAttention(query, spec);
        }, b =>
        {
            double[][] All(float[] weights) => [.. Enumerable.Range(0, Bench.Rows).Select(row => Formulas.Product(weights, b.Input(row)))];
            (double[][] allQ, double[][] allK, double[][] allV) = (All(q), All(k), All(v));
            return Enumerable.Range(0, Bench.Rows).Select(row => Formulas.Attention(allQ, allK, allV, row, spec));
        });
    }

    private static double[] Plus(double[] x, int row) => [.. x.Select((v, i) => v + Table[row * Columns + i])];
}
