@echo off
rem Runs bloomery from a clone on Windows: builds it in Release when it is missing or its sources changed, then runs the program.
setlocal
powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0eng\build.ps1" || exit /b 1
if not defined DOTNET_ROOT set /p DOTNET_ROOT=<"%~dp0artifacts\program\dotnet-root"
"%~dp0artifacts\program\bloomery.exe" %*
exit /b %errorlevel%
