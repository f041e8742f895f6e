using System.Globalization;
using System.Reflection;

namespace Bloomery.Engine.Sampling;

/// <summary>One numeric sampling parameter.</summary>
internal sealed class SamplingParameter
{
    private static readonly SamplingOptions Defaults = new();

    internal SamplingParameter(SamplingParameterAttribute declaration, PropertyInfo? property)
    {
        Declaration = declaration;
        Property = property;
    }

    /// <summary>Its name in requests.</summary>
    public string Name => Declaration.Name;

    /// <summary>Its name and range.</summary>
    public SamplingParameterAttribute Declaration { get; }

    /// <summary>The value when nothing is asked for; null for an absent one.</summary>
    public double? Default => Read(Defaults);

    internal PropertyInfo? Property { get; }

    /// <summary>The value in <paramref name="options"/>; null for an absent one.</summary>
    public double? Read(SamplingOptions options)
    {
        if (Property is null) return options.Extra.TryGetValue(Name, out double extra) ? extra : Declaration.Neutral;
        return Property.GetValue(options) is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;
    }
}
