using System.Reflection;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling;

/// <summary>The logit steps of this build, by key.</summary>
internal static class LogitSteps
{
    private static readonly Catalog<LogitStep> Catalog = new(typeof(LogitStep).Assembly);
    private static readonly ConstructorInvoker[] Constructors = [.. Catalog.Names.Select(FromOptions)];

    /// <summary>All keys, sorted.</summary>
    public static IReadOnlyCollection<string> Names => Catalog.Names;

    /// <summary>The class behind a key.</summary>
    /// <exception cref="KeyNotFoundException">There is no such step.</exception>
    public static Type TypeOf(string name) =>
        Catalog.TryFind(name, out Type? type)
        ? type : throw new KeyNotFoundException($"no logit step is called '{name}'; there are: {string.Join(", ", Names)}");

    /// <summary>Every step, with the parameters it finds in <paramref name="options"/>, in the order of the chain.</summary>
    public static LogitStep[] Create(SamplingOptions options)
    {
        var steps = new LogitStep[Constructors.Length];
        for (int i = 0; i < steps.Length; i++) steps[i] = (LogitStep)Constructors[i].Invoke(options);
        return [.. steps.OrderBy(step => step.Stage)]; // stable: steps of one stage stay in the order of their keys
    }

    private static ConstructorInvoker FromOptions(string name)
    {
        ConstructorInfo constructor = TypeOf(name).GetConstructor([typeof(SamplingOptions)])
            ?? throw new InvalidOperationException($"the logit step '{name}' has no public constructor that takes {nameof(SamplingOptions)}");
        return ConstructorInvoker.Create(constructor);
    }
}
