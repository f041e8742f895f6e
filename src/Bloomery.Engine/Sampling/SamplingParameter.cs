using System.Globalization;
using System.Reflection;

namespace Bloomery.Engine.Sampling;

/// <summary>One numeric sampling parameter.</summary>
internal sealed class SamplingParameter
{
    private readonly PropertyInfo? _property;

    internal SamplingParameter(SamplingParameterAttribute declaration, PropertyInfo? property) => (Declaration, _property) = (declaration, property);

    /// <summary>Its name in requests.</summary>
    public string Name => Declaration.Name;

    /// <summary>Its name in a program: the property's, or the key of <see cref="SamplingOptions.Extra"/>.</summary>
    public string Property => _property?.Name ?? Name;

    /// <summary>Whether it comes through <see cref="SamplingOptions.Extra"/>.</summary>
    public bool IsExtra => _property is null;

    /// <summary>Its name and range.</summary>
    public SamplingParameterAttribute Declaration { get; }

    /// <summary>The value when nothing is asked for; null where there is none.</summary>
    public double? Default => double.IsNaN(Declaration.Default) ? null : Declaration.Default;

    /// <summary>The value in <paramref name="options"/>; null for an absent one.</summary>
    public double? Read(SamplingOptions options)
    {
        if (_property is null) return options.Extra.TryGetValue(Name, out double extra) ? extra : null;
        return _property.GetValue(options) is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;
    }
}
