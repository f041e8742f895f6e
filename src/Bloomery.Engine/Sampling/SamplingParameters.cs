using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Bloomery.Engine.Sampling;

/// <summary>Every sampling parameter, read from the types: the one source for checks, for what overrides what, and for documentation.</summary>
internal static class SamplingParameters
{
    private static readonly (PropertyInfo Property, bool MayBeNull)[] Properties =
        [
            .. typeof(SamplingOptions).GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Where(property => property.CanWrite).Select(property => (property, MayBeNull(property))),
        ];

    /// <summary>The numeric properties of <see cref="SamplingOptions"/>, then what steps declare for themselves.</summary>
    public static IReadOnlyList<SamplingParameter> All { get; } = [.. OfOptions(), .. OfSteps()];

    /// <summary>Fills what <paramref name="target"/> leaves open with what <paramref name="defaults"/> says.</summary>
    internal static void Fill(SamplingOptions target, SamplingOptions defaults)
    {
        foreach ((PropertyInfo property, bool mayBeNull) in Properties)
            if (IsOpen(property.GetValue(target), mayBeNull)) property.SetValue(target, property.GetValue(defaults));
    }

    internal static IEnumerable<SamplingProblem> Check(SamplingOptions options)
    {
        foreach (SamplingParameter parameter in All)
        {
            if (parameter.Read(options) is not double value || parameter.Declaration.Allows(value)) continue;
            string given = value.ToString("R", CultureInfo.InvariantCulture);
            yield return new SamplingProblem(parameter.Property, parameter.Name, $"must be {parameter.Declaration.Range}, not {given}");
        }
        foreach (string name in options.Extra.Keys)
        {
            if (!All.Any(known => known.IsExtra && known.Name == name))
                yield return new SamplingProblem(nameof(SamplingOptions.Extra), name, $"names '{name}', a parameter that no sampler knows");
        }
    }

    /// <summary>Null, or an empty collection where there is no null.</summary>
    private static bool IsOpen(object? value, bool mayBeNull) => value switch
    {
        null => true,
        ICollection { Count: 0 } => !mayBeNull,
        _ => false,
    };

    private static bool MayBeNull(PropertyInfo property) => new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;

    private static IEnumerable<SamplingParameter> OfOptions()
    {
        foreach (PropertyInfo property in typeof(SamplingOptions).GetProperties())
        {
            if (property.GetCustomAttribute<SamplingParameterAttribute>() is { } declaration)
                yield return new SamplingParameter(declaration, property);
        }
    }

    private static IEnumerable<SamplingParameter> OfSteps() =>
        from name in LogitSteps.Names
        from declaration in LogitSteps.TypeOf(name).GetCustomAttributes<SamplingParameterAttribute>()
        select new SamplingParameter(declaration, null);
}
