using System.CommandLine;

namespace Bloomery.Cli.Framework;

/// <summary>One thing that <c>bloomery</c> does: a file in <c>Verbs/</c> with <c>[Key("name")]</c>, found by a scan.</summary>
internal abstract class Verb
{
    /// <summary>One sentence for the list of verbs and the top of the help page.</summary>
    public abstract string Summary { get; }

    /// <summary>Commands that work as they stand, one a line.</summary>
    public abstract string Examples { get; }

    /// <summary>What the help page says beyond arguments and options, or nothing.</summary>
    public virtual string Remarks => "";

    /// <summary>Arguments and options in the order of the help page; <c>--json</c>, <c>--quiet</c> and <c>--verbose</c> are added to every verb.</summary>
    public abstract IEnumerable<Symbol> Symbols { get; }

    /// <summary>Whether this run has something for standard output: then it has to be there.</summary>
    public virtual bool Prints(Call call) => true;

    /// <summary>Does it. Failures are exceptions: one line for the user, exit code 1 (<see cref="UsageException"/>: 2).</summary>
    /// <returns>The exit code.</returns>
    public abstract int Run(Call call);
}
