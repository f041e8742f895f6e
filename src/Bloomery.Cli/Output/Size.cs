using System.Globalization;

namespace Bloomery.Cli.Output;

/// <summary>Numbers for people.</summary>
internal static class Size
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>Bytes with a decimal unit: <c>98.4 MB</c>.</summary>
    public static string Text(long bytes)
    {
        double value = bytes;
        int unit = 0;
        for (; value >= 1000 && unit < Units.Length - 1; unit++) value /= 1000;
        return value.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>Counts with a decimal suffix: <c>134.5 M</c>.</summary>
    public static string Count(long count) => count switch
    {
        < 10_000 => count.ToString(CultureInfo.InvariantCulture),
        < 1_000_000 => (count / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " k",
        < 1_000_000_000 => (count / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " M",
        _ => (count / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " B",
    };
}
