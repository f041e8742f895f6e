using System.Globalization;
using System.Reflection;

namespace Bloomery.Engine.Sampling;

/// <summary>Every numeric sampling parameter with its range and default, read from the types: the one source for checks and documentation.</summary>
internal static class SamplingParameters
{
    /// <summary>The properties of <see cref="SamplingOptions"/>, then what steps declare for themselves.</summary>
    public static IReadOnlyList<SamplingParameter> All { get; } = [.. OfOptions(), .. OfSteps()];

    internal static IEnumerable<SamplingProblem> Check(SamplingOptions options)
    {
        foreach (SamplingParameter parameter in All)
        {
            if (parameter.Read(options) is not double value || parameter.Declaration.Allows(value)) continue;
            string given = value.ToString("R", CultureInfo.InvariantCulture);
            yield return new SamplingProblem(parameter.Name, $"{parameter.Name} must be {parameter.Declaration.Range}, but is {given}");
        }
        foreach (string name in options.Extra.Keys)
        {
            if (!All.Any(known => known.Property is null && known.Name == name))
                yield return new SamplingProblem(name, $"no sampler knows the parameter '{name}'");
        }
    }

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
