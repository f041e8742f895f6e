using System.Collections;
using System.Reflection;
using System.Text;
using Bloomery.Models.Architectures;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Conversion;

/// <summary>
/// Whether two configurations of a family mean the same computation: every option that an architecture keeps is compared, so that none can get lost
/// between two containers without notice, not even one of a family that is added later.
/// </summary>
/// <param name="Difference">The option that differs, or null.</param>
/// <param name="Window">A sliding window that only one has: there is no difference up to that length. Null: no such window.</param>
internal sealed record Sameness(string? Difference, int? Window)
{
    private const float Tolerance = 1e-5f;

    // Decided by the tensors that a file has, or absorbed by them.
    private static readonly HashSet<(Type, string)> ByTensors =
    [
        (typeof(GptNeoX), "_bias"), (typeof(Qwen), "_sharedInner"), (typeof(T5), "_scaleOutputs"), (typeof(T5), "_byHead"), (typeof(Llama), "_tied"),
        (typeof(Falcon), "_new"), (typeof(Falcon), "_multiQuery"), (typeof(Falcon), "_twoNorms"),
        (typeof(Bert), "_roberta"), (typeof(Bert), "_padding"), (typeof(Bert), "_positions"),
    ];

    /// <summary>Compares two architectures of one class.</summary>
    public static Sameness Compare(Architecture one, Architecture other)
    {
        if (Form(one) is var form && form != Form(other)) return new Sameness("model_type", null);
        if (one.HiddenSize != other.HiddenSize) return new Sameness("hidden_size", null);
        if (one.LayerCount != other.LayerCount) return new Sameness("num_hidden_layers", null);
        if (one.VocabularySize != other.VocabularySize) return new Sameness("vocab_size", null);
        int? window = null;
        FieldInfo[] fields = form.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
        // Where layers with a window turn by other frequencies, too, it matters which they are even without one.
        bool windowless = fields.FirstOrDefault(f => f.Name == "_window") is { } own && (own.GetValue(one) is null || own.GetValue(other) is null)
            && !fields.Any(f => f.Name == "_localRotary");
        foreach (FieldInfo field in fields)
        {
            if (ByTensors.Contains((form, field.Name)) || field.FieldType == typeof(BiasRule) || (windowless && field.Name == "_sliding")) continue;
            object? a = field.GetValue(one), b = field.GetValue(other);
            if (field.Name == "_window")
            {
                if (!Equals(a, b) && ((a is null) == (b is null) || (window = (int?)(a ?? b)) is null)) return new Sameness("sliding_window", null);
                continue;
            }
            if (a is AttentionSpec x && b is AttentionSpec y && x.Before != y.Before)
            {
                if (x.Before != AttentionTile.Unbounded && y.Before != AttentionTile.Unbounded) return new Sameness("sliding_window", null);
                window = Math.Min(x.Before, y.Before);
                b = y with { Before = x.Before };
            }
            if (Different(field.Name, a, b, one.ContextLength) is { } name) return new Sameness(name, null);
        }
        return new Sameness(null, window);
    }

    /// <summary>The class that keeps the options: relatives that differ in their defaults alone derive from it.</summary>
    private static Type Form(Architecture architecture)
    {
        Type type = architecture.GetType();
        while (type.BaseType!.BaseType != typeof(Architecture)) type = type.BaseType;
        return type;
    }

    private static string? Different(string name, object? a, object? b, int length)
    {
        if (a is null && b is null) return null;
        if (a is null || b is null || a.GetType() != b.GetType()) return Words(name);
        return (a, b) switch
        {
            (float x, float y) => Close(x, y) ? null : Words(name),
            (float[] x, float[] y) => Close(x, y) ? null : Words(name),
            (Rotary x, Rotary y) => SameRotation(x, y, length) ? null : "rope_parameters",
            (ExpertSpec { Groups: 1 } x, ExpertSpec { Groups: 1 } y) =>
                Members(name, x, y with { GroupByTopTwo = x.GroupByTopTwo, GroupsUsed = x.GroupsUsed }, length),
            (AttentionSpec or ExpertSpec, _) => Members(name, a, b, length),
            (IList x, IList y) => x.Cast<object>().SequenceEqual(y.Cast<object>()) ? null : Words(name),
            _ => Equals(a, b) ? null : Words(name),
        };
    }

    /// <summary>Frequencies may depend on the length: those of short texts and those of long ones have to agree.</summary>
    private static bool SameRotation(Rotary x, Rotary y, int length) =>
        x.Dimensions == y.Dimensions && x.Interleaved == y.Interleaved && Close(x.AttentionFactor, y.AttentionFactor)
        && x.ChangesBetween(1, length) == y.ChangesBetween(1, length) && Close(x.Frequencies(1), y.Frequencies(1))
        && Close(x.Frequencies(length), y.Frequencies(length));

    private static bool Close(float[] a, float[] b) => a.Length == b.Length && !a.Where((v, i) => !Close(v, b[i])).Any();

    private static string? Members(string name, object a, object b, int length)
    {
        foreach (PropertyInfo property in a.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
            if (property.GetIndexParameters().Length == 0 && Different(property.Name, property.GetValue(a), property.GetValue(b), length) is { } inner)
                return $"{Words(name)}.{inner}";
        return null;
    }

    private static bool Close(float a, float b) => a == b || Math.Abs(a - b) <= Tolerance * Math.Max(Math.Abs(a), Math.Abs(b));

    /// <summary><c>_residualAfterNorm</c> as <c>residual_after_norm</c>.</summary>
    private static string Words(string name)
    {
        StringBuilder words = new();
        foreach (char c in name.TrimStart('_'))
        {
            if (char.IsUpper(c) && words.Length > 0) words.Append('_');
            words.Append(char.ToLowerInvariant(c));
        }
        return words.ToString();
    }
}
