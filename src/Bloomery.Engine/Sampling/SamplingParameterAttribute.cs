namespace Bloomery.Engine.Sampling;

/// <summary>
/// Names a numeric sampling parameter and its range. On a property of <see cref="SamplingOptions"/> it describes that
/// property; on a <see cref="LogitStep"/> it declares a parameter that comes through <see cref="SamplingOptions.Extra"/>.
/// </summary>
/// <param name="name">The name in requests: <c>top_p</c>.</param>
/// <param name="minimum">The smallest value allowed (see <see cref="AboveMinimum"/>).</param>
/// <param name="maximum">The largest value allowed.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
internal sealed class SamplingParameterAttribute(string name, double minimum, double maximum) : Attribute
{
    /// <summary>A parameter without a default: absent means that nothing of the kind is done.</summary>
    public const double None = double.NaN;

    /// <summary>The name in requests.</summary>
    public string Name { get; } = name;

    /// <summary>The smallest value allowed.</summary>
    public double Minimum { get; } = minimum;

    /// <summary>The largest value allowed; infinity for none.</summary>
    public double Maximum { get; } = maximum;

    /// <summary>The value must be greater than <see cref="Minimum"/>, not equal to it.</summary>
    public bool AboveMinimum { get; init; }

    /// <summary>What holds where neither the caller nor the model says anything; of what can be switched off, off.</summary>
    public double Default { get; init; }

    /// <summary>The range in words, as error messages and the documentation give it.</summary>
    public string Range => (AboveMinimum, double.IsPositiveInfinity(Maximum) || Maximum == int.MaxValue) switch
    {
        (true, true) => $"greater than {Minimum}",
        (true, false) => $"greater than {Minimum} and at most {Maximum}",
        (false, true) => $"at least {Minimum}",
        _ => $"between {Minimum} and {Maximum}",
    };

    /// <summary>Whether <paramref name="value"/> is a finite number in the range.</summary>
    public bool Allows(double value) =>
        double.IsFinite(value) && value <= Maximum && (AboveMinimum ? value > Minimum : value >= Minimum);
}
