namespace Bloomery.Engine.Grammars.Json;

/// <summary>Names that an object has already and that no keyword mentions. Parsers keep the last of equal names, so none comes twice.</summary>
internal sealed record UsedKeys(UsedKeys? Before, string Key)
{
    public static bool Contains(UsedKeys? used, string key)
    {
        for (; used is not null; used = used.Before)
        {
            if (used.Key == key) return true;
        }
        return false;
    }
}
