using System.Globalization;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Schemas;

/// <summary>Times with second 60: they are 23:59:60 in UTC, so that hours and minutes decide what the offset must be.</summary>
internal sealed class LeapSecond : IMachine
{
    private const string Form = "00:00:60";
    private const int Minutes = 24 * 60, Done = 100, AfterSeconds = 8, Point = 9, Fraction = 10, Offset = 11;

    // A state is a phase and a number of minutes: the local time so far, then the offset that is due.
    public int Next(int state, byte value)
    {
        int phase = state / Minutes, minutes = state % Minutes, digit = value - '0';
        bool isDigit = digit is >= 0 and <= 9;
        if (phase == Done) return -1;
        if (phase >= Offset)
        {
            int place = phase - Offset;
            string due = string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:00}:{minutes % 60:00}");
            return due[place] != value ? -1 : place == 4 ? Done * Minutes : State(phase + 1, minutes);
        }
        switch (phase)
        {
            case 0: return isDigit && digit <= 2 ? State(1, digit * 600) : -1;
            case 1: return isDigit && minutes + digit * 60 < Minutes ? State(2, minutes + digit * 60) : -1;
            case 3: return isDigit && digit <= 5 ? State(4, minutes + digit * 10) : -1;
            case 4: return isDigit ? State(5, minutes + digit) : -1;
            case < AfterSeconds: return Form[phase] == value ? State(phase + 1, minutes) : -1;
            case Point: return isDigit ? State(Fraction, minutes) : -1;
        }
        if (value == '.' && phase == AfterSeconds) return State(Point, minutes);
        if (isDigit && phase == Fraction) return state;
        return value switch
        {
            (byte)'Z' or (byte)'z' when minutes == Minutes - 1 => Done * Minutes,
            (byte)'+' => State(Offset, (minutes + 1) % Minutes),
            (byte)'-' => State(Offset, Minutes - 1 - minutes),
            _ => -1,
        };
    }

    public bool Accepts(int state) => state / Minutes == Done;

    public void Refine(ByteClasses classes)
    {
        foreach (char value in "0123456789:.Zz+-") classes.Refine(ByteSet.Of((byte)value));
    }

    private static int State(int phase, int minutes) => phase * Minutes + minutes;
}
