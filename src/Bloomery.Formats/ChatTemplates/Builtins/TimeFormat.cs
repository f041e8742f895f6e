using System.Globalization;
using System.Text;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary><c>strftime</c> as in the C locale of glibc, with <c>%f</c> for microseconds and the flags <c>- _ 0 ^ #</c>.</summary>
internal static class TimeFormat
{
    private const int MaxWidth = 1_000;

    public static string Format(DateTime time, string format)
    {
        StringBuilder text = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            int begin = i++;
            char flag = '\0';
            bool upper = false;
            bool swap = false;
            for (; i < format.Length && "-_0^#".Contains(format[i]); i++)
            {
                if (format[i] == '^') upper = true;
                else if (format[i] == '#') swap = true;
                else flag = format[i];
            }
            int width = -1;
            for (; i < format.Length && char.IsAsciiDigit(format[i]); i++) width = Math.Min((Math.Max(width, 0) * 10) + format[i] - '0', MaxWidth);
            if (i < format.Length && format[i] is 'E' or 'O') i++;
            string? field = i < format.Length ? Field(time, format[i], flag, width) : null;
            if (field is null)
            {
                i = Math.Min(i, format.Length - 1);
                text.Append(format, begin, i - begin + 1);
                continue;
            }
            if (swap) field = format[i] is 'p' or 'Z' ? field.ToLowerInvariant() : field.ToUpperInvariant();
            text.Append(upper ? field.ToUpperInvariant() : field);
        }
        return text.ToString();
    }

    private static string? Field(DateTime t, char code, char flag, int width)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        int hour12 = t.Hour % 12 == 0 ? 12 : t.Hour % 12;
        int weekday = (int)t.DayOfWeek;
        return code switch
        {
            'a' => Text(t.ToString("ddd", c)),
            'A' => Text(t.ToString("dddd", c)),
            'b' or 'h' => Text(t.ToString("MMM", c)),
            'B' => Text(t.ToString("MMMM", c)),
            'c' => Text(Format(t, "%a %b %e %H:%M:%S %Y")),
            'C' => Number(t.Year / 100, 2, '0'),
            'd' => Number(t.Day, 2, '0'),
            'D' or 'x' => Text(Format(t, "%m/%d/%y")),
            'e' => Number(t.Day, 2, ' '),
            'f' => (t.Ticks % TimeSpan.TicksPerSecond / 10).ToString("000000", c),
            'F' => Text(Format(t, "%Y-%m-%d")),
            'g' => Number(ISOWeek.GetYear(t) % 100, 2, '0'),
            'G' => Number(ISOWeek.GetYear(t), 1, '0'),
            'H' => Number(t.Hour, 2, '0'),
            'I' => Number(hour12, 2, '0'),
            'j' => Number(t.DayOfYear, 3, '0'),
            'k' => Number(t.Hour, 2, ' '),
            'l' => Number(hour12, 2, ' '),
            'm' => Number(t.Month, 2, '0'),
            'M' => Number(t.Minute, 2, '0'),
            'n' => "\n",
            'p' => Text(t.Hour < 12 ? "AM" : "PM"),
            'P' => Text(t.Hour < 12 ? "am" : "pm"),
            'r' => Text(Format(t, "%I:%M:%S %p")),
            'R' => Text(Format(t, "%H:%M")),
            's' => Number((long)Math.Floor((t - DateTime.UnixEpoch).TotalSeconds), 1, '0'),
            'S' => Number(t.Second, 2, '0'),
            't' => "\t",
            'T' or 'X' => Text(Format(t, "%H:%M:%S")),
            'u' => Number(weekday == 0 ? 7 : weekday, 1, '0'),
            'U' => Number((t.DayOfYear + 6 - weekday) / 7, 2, '0'),
            'V' => Number(ISOWeek.GetWeekOfYear(t), 2, '0'),
            'w' => Number(weekday, 1, '0'),
            'W' => Number((t.DayOfYear + 6 - ((weekday + 6) % 7)) / 7, 2, '0'),
            'y' => Number(t.Year % 100, 2, '0'),
            'Y' => Number(t.Year, 1, '0'),
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };

        string Text(string text) => width > text.Length ? text.PadLeft(width, flag == '0' ? '0' : ' ') : text;

        string Number(long number, int digits, char pad)
        {
            if (flag == '-') return number.ToString(c);
            if (flag == '_') pad = ' ';
            else if (flag == '0') pad = '0';
            return number.ToString(c).PadLeft(Math.Max(digits, width), pad);
        }
    }
}
