using System.Globalization;
using Bloomery.Engine.Sampling;

namespace Bloomery.Tests.Sampling;

public sealed class SamplingOptionsTests
{
    public static TheoryData<string> Names() => [.. SamplingParameters.All.Select(parameter => parameter.Name)];

    [Fact]
    public void DefaultsAreValid()
    {
        Assert.Empty(new SamplingOptions().Problems());
        Assert.True(SamplingParameters.All.Count >= 27);
    }

    [Theory, MemberData(nameof(Names))]
    public void RangeIsEnforcedAndNamed(string name)
    {
        SamplingParameter parameter = SamplingParameters.All.Single(p => p.Name == name);
        SamplingParameterAttribute range = parameter.Declaration;
        Assert.True(parameter.Default is not double value || range.Allows(value), $"the default of {name} is out of its own range");

        var bad = new List<double> { range.AboveMinimum ? range.Minimum : range.Minimum - 1 };
        if (double.IsFinite(range.Maximum) && range.Maximum < int.MaxValue) bad.Add(range.Maximum + 1);
        if (!IsInteger(name)) bad.AddRange([double.NaN, double.PositiveInfinity]);
        foreach (double given in bad)
        {
            SamplingProblem problem = Assert.Single(With(name, given).Problems(), p => p.Parameter == name);
            Assert.StartsWith(parameter.Property + " must be ", problem.Message, StringComparison.Ordinal);
            Assert.Contains(range.Range, problem.Message);
            Assert.Contains(((float)given).ToString(CultureInfo.InvariantCulture), problem.Message);
            Assert.Equal(parameter.Property, Assert.Throws<ArgumentOutOfRangeException>(() => new LogitChain(With(name, given))).ParamName);
        }
        double edge = range.AboveMinimum ? range.Minimum + 0.5 : range.Minimum;
        Assert.DoesNotContain(With(name, edge).Problems(), p => p.Parameter == name && p.Reason.StartsWith("must be " + range.Range, StringComparison.Ordinal));
    }

    [Fact]
    public void UnknownExtraParametersAreRefused() =>
        Assert.Equal("top_z", Assert.Single(new SamplingOptions { Extra = new Dictionary<string, double> { ["top_z"] = 1 } }.Problems()).Parameter);

    [Fact]
    public void MirostatExcludesTruncation()
    {
        Assert.Empty(new SamplingOptions { Mirostat = 2 }.Problems());
        foreach (SamplingOptions options in new SamplingOptions[]
        {
            new() { TopK = 5 }, new() { TopP = 0.9f }, new() { MinP = 0.1f }, new() { TypicalP = 0.5f },
            new() { EpsilonCutoff = 0.1f }, new() { EtaCutoff = 0.1f }, new() { TopH = 0.5f }, new() { XtcProbability = 0.5f },
        })
        {
            Assert.Empty(options.Problems());
            Assert.Equal("mirostat", Assert.Single((options with { Mirostat = 1 }).Problems()).Parameter);
        }
    }

    [Fact]
    public void ListsAreChecked()
    {
        Assert.Equal("logit_bias", Assert.Single(new SamplingOptions { LogitBias = new Dictionary<int, float> { [1] = 101 } }.Problems()).Parameter);
        Assert.Equal("logit_bias", Assert.Single(new SamplingOptions { LogitBias = new Dictionary<int, float> { [1] = float.NaN } }.Problems()).Parameter);
        Assert.Equal("sequence_bias", Assert.Single(new SamplingOptions { SequenceBias = [new([], 1)] }.Problems()).Parameter);
        Assert.Equal("bad_words", Assert.Single(new SamplingOptions { BadWords = [[]] }.Problems()).Parameter);
        Assert.Equal("allowed_token_ids", Assert.Single(new SamplingOptions { AllowedIds = [] }.Problems()).Parameter);
        Assert.Equal("min_tokens", Assert.Single(new SamplingOptions { MinTokens = 5, MaxTokens = 4 }.Problems()).Parameter);
    }

    private static bool IsInteger(string name) => PropertyOf(name) is { } property && property.PropertyType != typeof(float?);

    private static System.Reflection.PropertyInfo? PropertyOf(string name) => typeof(SamplingOptions).GetProperties().SingleOrDefault(property =>
        property.GetCustomAttributes(typeof(SamplingParameterAttribute), false).Cast<SamplingParameterAttribute>().Any(a => a.Name == name));

    private static SamplingOptions With(string name, double value)
    {
        if (PropertyOf(name) is not { } property) return new SamplingOptions { Extra = new Dictionary<string, double> { [name] = value } };
        var options = new SamplingOptions();
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        property.SetValue(options, Convert.ChangeType(value, type, CultureInfo.InvariantCulture));
        return options;
    }
}
