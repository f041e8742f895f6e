using System.Globalization;

namespace Bloomery.Cli.Constraints;

/// <summary>How many cases pass, and how long compiling and masks take.</summary>
internal sealed class ConstraintSummary
{
    private readonly List<double> _compile = [], _mask = [];
    private int _cases, _passing, _refused, _invalidAccepted, _validRejected;

    /// <summary>Counts a case; texts of unknown verdict count for nothing.</summary>
    public void Add(ConstraintCase test, ConstraintRun run)
    {
        _cases++;
        _compile.Add(run.CompileMicroseconds);
        _mask.AddRange(run.MaskMicroseconds);
        if (run.Error is not null)
        {
            _refused++;
            return;
        }
        int wrong = 0;
        for (int i = 0; i < run.Accepted.Count; i++)
        {
            if (test.Tests[i].Valid is not { } valid || valid == run.Accepted[i]) continue;
            wrong++;
            if (valid) _validRejected++;
            else _invalidAccepted++;
        }
        if (wrong == 0) _passing++;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{_passing} of {_cases} cases pass, {_refused} refused; {_invalidAccepted} invalid texts accepted, {_validRejected} valid ones rejected\n"
        + $"compile (us): {Percentiles(_compile)}\nmask (us): {Percentiles(_mask)}");

    private static string Percentiles(List<double> values)
    {
        if (values.Count == 0) return "none";
        values.Sort();
        double At(double share) => values[(int)Math.Min(values.Count - 1, share * values.Count)];
        return string.Create(CultureInfo.InvariantCulture,
            $"mean {values.Average():0.0}, median {At(0.5):0.0}, p90 {At(0.9):0.0}, p99 {At(0.99):0.0}, p99.9 {At(0.999):0.0}, worst {values[^1]:0.0}");
    }
}
